"""Makes packages/weights/test/golden: block formats and small GGUF files as gguf-py decodes, encodes and writes them.

Requirements: gguf==0.19.0 numpy==2.4.6
Usage: python tooling/reference/gguf_golden.py
"""

import base64
import hashlib
import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

TARGET = Path(__file__).resolve().parents[2] / "packages/weights/test/golden"
ROWS, COLUMNS = 3, 64
BLOCK_TYPES = [Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0]
FLOAT_TYPES = [Type.F32, Type.F16, Type.BF16]
# Byte offset of the block's float16 minimum; the scale is at 0.
MINIMUM = {Type.Q4_1: 2, Type.Q5_1: 2}


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def stored(values, kind):
    return gguf.quants.quantize(values, kind).view(np.uint8)


def decoded(data, kind):
    return gguf.quants.dequantize(data, kind).astype(np.float32)


def pattern_block(kind):
    """One block with byte i = 37 i + 11, scale 0.0625 and minimum 0.5."""
    _, size = gguf.GGML_QUANT_SIZES[kind]
    block = ((37 * np.arange(size) + 11) % 256).astype(np.uint8)
    block[0:2] = np.array([0.0625], np.float16).view(np.uint8)
    if kind in MINIMUM:
        block[MINIMUM[kind] : MINIMUM[kind] + 2] = np.array([0.5], np.float16).view(np.uint8)
    return block


def random_blocks(kind, random):
    """Arbitrary bits with finite scales, negative and subnormal ones among them."""
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (ROWS, COLUMNS // elements, size), dtype=np.uint8)
    for offset in [0, *([MINIMUM[kind]] if kind in MINIMUM else [])]:
        halves = random.normal(0, 1, blocks.shape[:2]).astype(np.float16)
        halves[0, 0], halves[1, 0] = np.float16(6e-8), np.float16(-0.0)
        blocks[..., offset : offset + 2] = halves[..., None].view(np.uint8)
    return blocks.reshape(ROWS, -1)


def values_to_encode(random):
    """Rows of the sizes that weights have, and rows that are hard to round."""
    values = random.normal(0, 0.05, (8, COLUMNS)).astype(np.float32)
    values[1] = 0
    values[2] = 0.75
    values[3] = np.linspace(-1, 1, COLUMNS, dtype=np.float32)
    values[4] = random.integers(-8, 8, COLUMNS).astype(np.float32) / 2
    values[5] *= np.float32(1e-6)
    values[6] *= np.float32(1e4)
    values[7] = np.abs(values[7])
    values[7, 3] = -0.0
    return values


def formats():
    random = np.random.default_rng(20_240_601)
    values = values_to_encode(random)
    result = {"shape": [ROWS, COLUMNS], "encodeShape": list(values.shape), "values": text(values), "types": {}}
    for kind in BLOCK_TYPES + FLOAT_TYPES:
        if kind in BLOCK_TYPES:
            pattern = pattern_block(kind)
            pattern_values = decoded(pattern[None], kind).reshape(-1) + np.float32(0)
            data = random_blocks(kind, random)
        else:
            data = stored(random.normal(0, 1, (ROWS, COLUMNS)).astype(np.float32), kind)
        entry = {
            "bytes": text(data),
            "decoded": text(decoded(data, kind)),
            "encoded": text(stored(values, kind)),
        }
        if kind in BLOCK_TYPES:
            entry["patternSha256"] = hashlib.sha256(pattern_values.tobytes()).hexdigest()[:16]
        result["types"][kind.name] = entry
    halves = np.arange(65_536, dtype=np.uint16).view(np.float16).astype(np.float32)
    result["allFloat16Sha256"] = hashlib.sha256(halves.tobytes()).hexdigest()
    # Floats at, above and below every float16 and halfway between, both signs: 393,216 roundings.
    finite = np.sort(np.unique(np.abs(halves[np.isfinite(halves)])))
    middles = ((finite[1:].astype(np.float64) + finite[:-1]) / 2).astype(np.float32)
    exact = np.concatenate([finite, middles, np.array([65_520, 65_519.996, 1e30, 1e-30], np.float32)])
    around = np.concatenate([exact, np.nextafter(exact, np.float32(np.inf)), np.nextafter(exact, np.float32(-np.inf))])
    with np.errstate(over="ignore"):
        rounded = np.concatenate([around, -around]).astype(np.float16)
    result["roundedFloat16Sha256"] = hashlib.sha256(rounded.tobytes()).hexdigest()
    return result


def write_model(path, random, **options):
    """A Llama of one layer, small enough to commit, with every kind of metadata value."""
    writer = gguf.GGUFWriter(path, "llama", **options)
    writer.add_name("tiny")
    writer.add_context_length(128)
    writer.add_embedding_length(64)
    writer.add_block_count(1)
    writer.add_feed_forward_length(96)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(50_000.0)
    writer.add_rope_dimension_count(16)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(["a", "Ġb", "é", "日本", "🙂", "", "\ufeffx", "<|end|>"])
    writer.add_token_types([1, 1, 1, 1, 1, 1, 1, 3])
    writer.add_token_scores([0.0, -1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    writer.add_token_merges(["a b", "Ġ b"])
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -100)
    writer.add_uint16("test.uint16", 60_000)
    writer.add_int16("test.int16", -30_000)
    writer.add_uint32("test.uint32", 4_000_000_000)
    writer.add_int32("test.int32", -2_000_000_000)
    writer.add_uint64("test.uint64", 2**53 - 1)
    writer.add_uint64("test.uint64.large", 2**64 - 1)
    writer.add_int64("test.int64", -(2**40))
    writer.add_float32("test.float32", 0.1)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.boolean", True)
    writer.add_array("test.booleans", [True, False, True])
    shapes = {
        "token_embd.weight": ((8, 64), Type.Q8_0),
        "rope_freqs.weight": ((8,), Type.F32),
        "blk.0.attn_norm.weight": ((64,), Type.F32),
        "blk.0.attn_q.weight": ((64, 64), Type.Q4_1),
        "blk.0.attn_k.weight": ((32, 64), Type.Q4_1),
        "blk.0.attn_v.weight": ((32, 64), Type.Q4_0),
        "blk.0.attn_output.weight": ((64, 64), Type.Q5_0),
        "blk.0.ffn_norm.weight": ((64,), Type.F32),
        "blk.0.ffn_gate.weight": ((96, 64), Type.Q5_1),
        "blk.0.ffn_up.weight": ((96, 64), Type.F16),
        "blk.0.ffn_down.weight": ((64, 96), Type.Q4_1),
        "output_norm.weight": ((64,), Type.BF16),
    }
    sums = {}
    for name, (shape, kind) in shapes.items():
        values = random.normal(0, 0.1, shape).astype(np.float32)
        if name == "rope_freqs.weight":
            values = np.linspace(1, 8, 8, dtype=np.float32)
        data = stored(values, kind) if kind != Type.F32 else values
        writer.add_tensor(name, data, raw_dtype=kind)
        sums[name] = {
            "type": kind.name,
            "shape": list(shape),
            "sha256": hashlib.sha256(decoded(data.view(np.uint8), kind).reshape(shape).tobytes()).hexdigest(),
        }
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return sums


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "formats.golden.json").write_text(json.dumps(formats(), indent=1) + "\n")
    for stale in TARGET.glob("tiny*.gguf"):
        stale.unlink()
    tensors = write_model(TARGET / "tiny.gguf", np.random.default_rng(7))
    same = write_model(TARGET / "tiny-split.gguf", np.random.default_rng(7), split_max_tensors=4)
    assert tensors == same
    (TARGET / "tiny.golden.json").write_text(json.dumps(tensors, indent=1) + "\n")


if __name__ == "__main__":
    main()
