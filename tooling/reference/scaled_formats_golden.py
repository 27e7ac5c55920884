"""Makes packages/weights/test/golden/scaled.golden.json: what ml_dtypes, torch and numpy make of small floats and scales.

`decoded` are the values of all codes. `encoded` are the codes of `values`, limited to the format's range before; where
torch has the type, its codes must be the same. `tensors` are elements, scales and zero points that numpy multiplies out.

Requirements: ml_dtypes==0.5.4 numpy==2.4.6 torch==2.13.0
Usage: python tooling/reference/scaled_formats_golden.py
"""

import base64
import json
from pathlib import Path

import ml_dtypes
import numpy as np
import torch

TARGET = Path(__file__).resolve().parents[2] / "packages/weights/test/golden/scaled.golden.json"
FLOATS = {
    "F8_E4M3": (ml_dtypes.float8_e4m3fn, torch.float8_e4m3fn, 448.0),
    "F8_E5M2": (ml_dtypes.float8_e5m2, torch.float8_e5m2, 57344.0),
    "F4_E2M1": (ml_dtypes.float4_e2m1fn, None, 6.0),
}
BITS = {"F8_E4M3": 8, "F8_E5M2": 8, "F4_E2M1": 4, "U4": 4, "U8": 8}
OUTPUTS, INPUTS = 5, 45
LAYOUTS = [[OUTPUTS, INPUTS], [1, INPUTS], [1, 16], [2, 32], [128, 128]]


def base64_of(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def sample(rng, limit):
    """Values on the format's grid, halfway between its neighbours, just off those, tiny and huge ones."""
    grid = np.float32(rng.choice([1, 1.25, 1.5, 1.75], 64) * 2.0 ** rng.integers(-18, 16, 64))
    ties = np.float32(rng.integers(1, 64, 96) * 2.0 ** rng.integers(-12, 4, 96))
    near = np.nextafter(ties, np.float32(np.inf))
    spread = np.float32(rng.normal(size=96) * limit / 3)
    ends = np.float32([0, -0.0, limit, -limit, limit * 1.01, limit * 4, 1e-30, -1e-30, np.inf, -np.inf])
    return np.concatenate([grid, -grid, ties, -ties, near, -near, spread, ends]).astype(np.float32)


def main():
    rng = np.random.default_rng(5)
    formats = {}
    for name, (dtype, torch_type, limit) in FLOATS.items():
        codes = np.arange(2 ** BITS[name], dtype=np.uint8)
        decoded = codes.view(dtype).astype(np.float32)
        values = sample(rng, limit)
        limited = np.clip(values, -limit, limit)
        encoded = limited.astype(dtype).view(np.uint8)
        if torch_type is not None:
            same = torch.from_numpy(limited).to(torch_type).view(torch.uint8).numpy()
            assert np.array_equal(encoded, same), name
        formats[name] = {
            "decoded": base64_of(decoded),
            "values": base64_of(values),
            "encoded": base64_of(encoded),
        }
    tensors = []
    for name, bits in BITS.items():
        for scale_block in [None, *LAYOUTS]:
            for zero_points in [False, True] if name.startswith("U") and scale_block else [False]:
                tensors.append(tensor(rng, name, bits, scale_block, zero_points))
    TARGET.write_text(json.dumps({"formats": formats, "shape": [OUTPUTS, INPUTS], "tensors": tensors}) + "\n")


def tensor(rng, name, bits, scale_block, zero_points):
    codes = rng.integers(0, 2**bits, (OUTPUTS, INPUTS), dtype=np.uint8)
    if name == "F8_E4M3":
        codes[(codes & 127) == 127] = 0x31
    if name == "F8_E5M2":
        codes[(codes & 127) > 123] = 0x31
    elements = codes
    if bits == 4:
        padded = np.zeros((OUTPUTS, INPUTS + 1), np.uint8)
        padded[:, :INPUTS] = codes
        elements = padded[:, 0::2] | padded[:, 1::2] << 4
    data = elements.tobytes()
    values = codes.view(FLOATS[name][0]).astype(np.float32) if name in FLOATS else codes.astype(np.float32)
    middle = np.float32(0 if name in FLOATS else 2 ** (bits - 1))
    if scale_block is None:
        return {"type": name, "bytes": base64_of(np.frombuffer(data, np.uint8)), "decoded": base64_of(values - middle)}
    rows, columns = scale_block
    shape = (-(-OUTPUTS // rows), -(-INPUTS // columns))
    scales = np.float32(rng.normal(size=shape))
    points = rng.integers(0, 2**bits, shape, dtype=np.uint8)
    data += bytes(-len(data) % 4) + scales.tobytes() + (points.tobytes() if zero_points else b"")
    spread = lambda each: each.repeat(rows, 0).repeat(columns, 1)[:OUTPUTS, :INPUTS]
    middle = spread(points).astype(np.float32) if zero_points else middle
    return {
        "type": name,
        "scaleBlock": scale_block,
        "zeroPoints": zero_points,
        "bytes": base64_of(np.frombuffer(data, np.uint8)),
        "decoded": base64_of((values - middle) * spread(scales)),
    }


main()
