"""Makes packages/weights/test/golden/quantized.golden.json: the same weights in every layout, as `quantized_layers.py` makes
them, with the SHA-256 of what they decode to in float32. `weight_g_idx` is put together here, since compressed-tensors 0.20 has it no
longer; 0.9.4 decodes it to the same weights.

Usage: QUANTIZATION_SOURCES=FOLDER python tooling/reference/quantized_golden.py
"""

import base64
import hashlib
import json
from pathlib import Path

import torch

import quantized_layers as layers
from quantized_configurations import awq, compressed, gptq, inline, modelopt

TARGET = Path(__file__).resolve().parents[2] / "packages/weights/test/golden/quantized.golden.json"
TYPES = {
    torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float8_e4m3fn: "F8_E4M3",
    torch.int8: "I8", torch.uint8: "U8", torch.int32: "I32", torch.int64: "I64",
}  # fmt: skip

torch.manual_seed(7)
WEIGHTS = torch.randn(32, 128) * 0.05
WEIGHTS[0, :64] = 0
WEIGHTS[1] = torch.arange(128) / 64 - 1
WEIGHTS[2, ::16] *= 20
WEIGHTS[3] = WEIGHTS[3].abs()
WEIGHTS[4] = -WEIGHTS[4].abs()
WEIGHTS[5] *= 1e-3
WEIGHTS[6] = torch.randint(-12, 13, (128,)) / 4
# GPTQ's first version cannot store a zero point of 0, nor AutoAWQ's half precision groups that are all alike.
MIXED = WEIGHTS.clone()
MIXED[:, ::16] = -0.1
MIXED[:, 1::16] = 0.1


def raw(tensor):
    return base64.b64encode(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()).decode()




def cases():
    one = dict(source="weights")
    made = layers.compressed
    yield "modelopt fp8", modelopt("FP8"), layers.modelopt_fp8(WEIGHTS), one
    yield "modelopt fp8 flat", modelopt("FP8")["quantization"], layers.modelopt_fp8(WEIGHTS, (1,)), one
    yield "modelopt fp8 inline", inline("FP8"), layers.modelopt_fp8(WEIGHTS), one
    yield "modelopt fp8 rows", modelopt("FP8_PER_CHANNEL_PER_TOKEN"), layers.modelopt_fp8_rows(WEIGHTS), one
    yield "modelopt fp8 blocks", modelopt("fp8_pb_wo"), layers.modelopt_fp8_blocks(WEIGHTS, 16), one
    yield "modelopt int8", modelopt("W8A16"), layers.modelopt_int8(WEIGHTS), one
    factors = (torch.rand(128) + 0.5).to(torch.bfloat16)
    more = dict(group_size=64, has_zero_point=False, pre_quant_scale=True)
    yield "modelopt int4", modelopt("W4A16_AWQ", **more), layers.modelopt_int4(WEIGHTS, 64, factors), one
    yield "modelopt int4 inline", inline("W4A16_AWQ"), layers.modelopt_int4(WEIGHTS, 32), one
    yield "modelopt int4 fp8", modelopt("W4A8_AWQ", **more), layers.modelopt_int4(WEIGHTS, 64, factors, True), one
    yield "modelopt nvfp4", modelopt("NVFP4", group_size=16), layers.modelopt_nvfp4(WEIGHTS), one
    yield "modelopt nvfp4 weights", inline("W4A16_NVFP4"), layers.modelopt_nvfp4(WEIGHTS, False), one
    block = {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [24, 48]}
    yield "fp8 blocks", block, layers.block_fp8(WEIGHTS, [24, 48]), one
    yield "fp8", {"quant_method": "fp8", "activation_scheme": "static"}, layers.modelopt_fp8(WEIGHTS), one
    yield "fbgemm_fp8", {"quant_method": "fbgemm_fp8", "activation_scale_ub": 1200.0}, layers.fbgemm_fp8(WEIGHTS), one
    for strategy, more, extra in (
        ("tensor", {}, {}),
        ("channel", {}, {"scale_dtype": torch.bfloat16}),
        ("block", {"block_structure": [24, 48]}, {"block": [24, 48]}),
    ):
        yield (f"ct float {strategy}", compressed("float-quantized", 8, "float", strategy, **more),
               made(WEIGHTS, "float-quantized", 8, "float", strategy, **extra), one)  # fmt: skip
    yield ("ct naive float", compressed("naive-quantized", 8, "float", "tensor"),
           made(WEIGHTS, "naive-quantized", 8, "float", "tensor"), one)  # fmt: skip
    yield ("ct int8", compressed("int-quantized", 8, "int", "channel"),
           made(WEIGHTS, "int-quantized", 8, "int", "channel"), one)  # fmt: skip
    yield ("ct int8 zero points", compressed("int-quantized", 8, "int", "channel", symmetric=False),
           made(WEIGHTS, "int-quantized", 8, "int", "channel", symmetric=False), one)  # fmt: skip
    for bits, strategy, group, symmetric in (
        (2, "group", 32, True), (4, "group", 32, True), (4, "group", 32, False), (4, "channel", None, True),
        (4, "channel", None, False), (8, "channel", None, True), (8, "group", 64, False),
    ):  # fmt: skip
        name = f"ct packed {bits} {strategy}" + ("" if symmetric else " zero points")
        yield (name, compressed("pack-quantized", bits, "int", strategy, group_size=group, symmetric=symmetric),
               made(WEIGHTS, "pack-quantized", bits, "int", strategy, group, symmetric=symmetric), one)  # fmt: skip
    yield ("ct packed 4 ordered", compressed("pack-quantized", 4, "int", "group", group_size=32, actorder="group"),
           made(WEIGHTS, "pack-quantized", 4, "int", "group", 32, order=torch.randperm(128)), {})  # fmt: skip
    yield ("ct nvfp4", compressed("nvfp4-pack-quantized", 4, "float", "tensor_group", group_size=16),
           made(WEIGHTS, "nvfp4-pack-quantized", 4, "float", "tensor_group", 16), one)  # fmt: skip
    yield ("ct mxfp4", compressed("mxfp4-pack-quantized", 4, "float", "group", group_size=32),
           made(WEIGHTS, "mxfp4-pack-quantized", 4, "float", "group", 32), one)  # fmt: skip
    mixed = dict(source="mixed")
    for version, group in (("gemm", 64), ("gemm", -1), ("gemv", 64), ("gemv", 32), ("gemv", -1)):
        if version == "gemv" and group == -1:
            continue  # AutoAWQ cannot pack it.
        yield f"awq {version} {group}", awq(version, group), layers.autoawq(MIXED, version, group), mixed
    old = {"zero_point": True, "q_group_size": 32, "w_bit": 4, "version": "GEMM"}
    yield "awq old keys", old, layers.autoawq(MIXED, "gemm", 32), mixed
    for bits in (2, 3, 4, 8):
        for version, symmetric in ((1, True), (2, False)) if bits != 4 else ((1, True), (1, False), (2, True), (2, False)):
            name = f"gptq {bits} v{version}" + (" sym" if symmetric else "")
            yield name, gptq(bits, 32, symmetric, version), layers.gptq(MIXED, bits, 32, symmetric, version), mixed
    yield "gptq 4 one group", gptq(4, -1, False, 2), layers.gptq(MIXED, 4, -1, False, 2), mixed
    order = torch.randperm(128) // 32
    for bits in (3, 4, 8):
        yield (f"gptq {bits} ordered", gptq(bits, 32, bits != 4, 2, True),
               layers.gptq(MIXED, bits, 32, bits != 4, 2, order), {})  # fmt: skip


result = {"shape": [32, 128], "weights": raw(WEIGHTS), "mixed": raw(MIXED), "cases": []}
for name, configuration, (tensors, decoded), more in cases():
    assert decoded.shape == WEIGHTS.shape and decoded.dtype == torch.float32, name
    stored = {key: [TYPES[value.dtype], list(value.shape), raw(value)] for key, value in tensors.items()}
    digest = hashlib.sha256((decoded.contiguous() + 0.0).numpy().tobytes()).hexdigest()
    result["cases"].append({"name": name, "configuration": configuration, "tensors": stored, "decoded": digest, **more})
TARGET.write_text(json.dumps(result) + "\n")
print(len(result["cases"]), "cases,", TARGET.stat().st_size, "bytes")
