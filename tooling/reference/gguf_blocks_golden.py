"""Makes packages/weights/test/golden/blocks.golden.json: what ggml makes of the same bytes and values, for every block type.

Decoding is compared between gguf-py and ggml's `dequantize_row_*`; encoding is `quantize_row_*_ref`, and
`ggml_quantize_chunk` with and without importance for the types that search a grid. Inputs come from a linear
congruential generator that the test repeats, so that the file holds only hashes.

Requirements: gguf==0.19.0 numpy==2.4.6, and libggml-base.so of the npm package @node-llama-cpp/linux-x64 3.22.1
Usage: python tooling/reference/gguf_blocks_golden.py PATH_OF_LIBGGML_BASE [FOLDER_FOR_RAW_OUTPUT]
"""

import ctypes
import hashlib
import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

TARGET = Path(__file__).resolve().parents[2] / "packages/weights/test/golden/blocks.golden.json"
ROW = 256
DECODED_ROWS = 64

# Byte offsets of float16 in a block; IQ1_M's is spread over four words.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0], "TQ1_0": [52], "TQ2_0": [64], "MXFP4": [],
    "IQ1_S": [0], "IQ1_M": [], "IQ2_XXS": [0], "IQ2_XS": [0], "IQ2_S": [0], "IQ3_XXS": [0], "IQ3_S": [0],
    "NVFP4": [], "Q1_0": [0], "Q2_0": [0],
}
# Types that gguf-py does not have.
SIZES = {"Q2_0": (64, 18)}
# Ids of the types that search a grid; those in NEEDS_IMPORTANCE are not quantized without importance.
WEIGHTED = {"IQ2_XXS": 16, "IQ2_XS": 17, "IQ3_XXS": 18, "IQ1_S": 19, "IQ3_S": 21, "IQ2_S": 22, "IQ1_M": 29}
NEEDS_IMPORTANCE = {"IQ2_XXS", "IQ2_XS", "IQ1_S"}
WEIGHTED_ROW = 2 * ROW


def generate(seed, count):
    state = seed
    result = np.empty(count, np.uint32)
    for index in range(count):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        result[index] = state
    return result


def blocks_of(name):
    """Arbitrary bits, but for the lowest bit of the scales' exponents, so that they are finite."""
    elements, size = SIZES.get(name) or gguf.GGML_QUANT_SIZES[Type[name]]
    count = DECODED_ROWS * ROW // elements
    data = (generate(1, count * size) >> 24).astype(np.uint8).reshape(count, size)
    for offset in HALVES[name]:
        data[:, offset + 1] &= 0xFB
    if name == "IQ1_M":
        data[:, 53] &= 0xBF
    if name == "MXFP4":
        data[:, 0] &= 0x7F
    return data


def values_to_encode():
    """Rows of 256, float32: bell-shaped at several magnitudes, and what is hard to fit or to round."""
    uniform = generate(2, 24 * ROW * 4).astype(np.float64).reshape(24, ROW, 4) / 2**32
    bell = uniform.sum(axis=2) - 2
    rows = bell.copy()
    for index, factor in enumerate([0.05, 1.0, 1e-3, 1e3, 1e-6, 1e-9, 1e-20, 30_000.0]):
        rows[index] *= factor
    rows[8] = 0
    rows[9] = 0.75
    rows[10] = -0.75
    rows[11] = np.abs(bell[11])
    rows[12] = -np.abs(bell[12])
    rows[13] = np.arange(ROW) / 128 - 1
    rows[14] = np.floor(uniform[14, :, 0] * 16) / 2 - 4
    rows[15, ::37] *= 50
    rows[16] = bell[16] + 5
    rows[17] = np.where(uniform[17, :, 1] < 0.9, 0, bell[17])
    rows[18, 64:] = 0
    rows[19] = np.where(np.arange(ROW) < 128, bell[19] * 1e-4, bell[19])
    rows[20] = np.sign(bell[20])
    rows[21] = np.floor(uniform[21, :, 0] * 3) - 1
    rows[22] = bell[22] * np.exp2(np.floor(np.arange(ROW) / 16) - 8)
    return rows.astype(np.float32)


def importance_of_inputs():
    uniform = generate(3, WEIGHTED_ROW).astype(np.float64) / 2**32
    importance = uniform * uniform
    importance[::29] = 0
    return importance.astype(np.float32)


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def quantize_on_grid(library, name, values, importance):
    """Rows of WEIGHTED_ROW."""
    size = gguf.GGML_QUANT_SIZES[Type[name]][1]
    encoded = np.zeros(values.size // ROW * size, np.uint8)
    library.ggml_quantize_chunk(
        ctypes.c_int(WEIGHTED[name]),
        pointer(values),
        pointer(encoded),
        ctypes.c_int64(0),
        ctypes.c_int64(values.size // WEIGHTED_ROW),
        ctypes.c_int64(WEIGHTED_ROW),
        None if importance is None else pointer(importance),
    )
    if name == "IQ3_S":
        move_groups(encoded.reshape(-1, size), values.reshape(-1, 8, 32))
    return encoded


def move_groups(blocks, values):
    """ggml writes indices and signs of IQ3_S one group too early after each group of zeros: moves them where they belong."""
    for block, groups in zip(blocks, values):
        indices = block[2:66].reshape(8, 8)
        signs = block[74:106].reshape(8, 4)
        there = [group for group in range(8) if groups[group].any()]
        for array in (indices, signs):
            written = array[: len(there)].copy()
            array[:] = 0
            array[there] = written


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def main():
    library = ctypes.CDLL(sys.argv[1])
    raw = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    values = values_to_encode()
    result = {"values": sha(values), "types": {}}
    for name in HALVES:
        lower = name.lower().replace("_k", "_K")
        data = blocks_of(name)
        native = np.empty(DECODED_ROWS * ROW, np.float32)
        getattr(library, f"dequantize_row_{lower}")(
            data.ctypes.data_as(ctypes.c_void_p), native.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(native.size)
        )
        try:
            decoded = gguf.quants.dequantize(data, Type[name]).astype(np.float32).reshape(-1)
            assert native.tobytes() == decoded.tobytes(), name
        except (NotImplementedError, KeyError):
            print(f"{name}: not decoded by gguf-py")
        entry = {"decoded": sha(native)}
        if name in WEIGHTED:
            entry["weighted"] = sha(quantize_on_grid(library, name, values, importance_of_inputs()))
            if name not in NEEDS_IMPORTANCE:
                entry["encoded"] = sha(quantize_on_grid(library, name, values, None))
        else:
            elements, size = SIZES.get(name) or gguf.GGML_QUANT_SIZES[Type[name]]
            encoded = np.zeros(values.size // elements * size, np.uint8)
            getattr(library, f"quantize_row_{lower}_ref")(
                values.ctypes.data_as(ctypes.c_void_p),
                encoded.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int64(values.size),
            )
            if name == "IQ4_NL":
                # That version leaves the codes of a block of zeros as they were; later ones write 0.
                zeros = np.abs(values.reshape(-1, elements)).max(axis=1) < np.float32(1e-15)
                encoded.reshape(-1, size)[zeros] = 0
            entry["encoded"] = sha(encoded)
            if raw:
                encoded.tofile(raw / f"{name}.encoded")
        if raw:
            native.tofile(raw / f"{name}.decoded")
        result["types"][name] = entry
    TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
