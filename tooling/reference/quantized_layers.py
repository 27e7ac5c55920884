"""Linear layers as the tools that quantize them store them: the tools' own functions, taken out of their sources one by
one, so that nothing else of them is needed.

Requirements: torch==2.13.0 transformers==5.23.0 numpy==2.4.6 and, without their dependencies,
  compressed-tensors==0.20.0 (with pydantic, loguru, psutil), installed
  nvidia-modelopt==0.47.0, autoawq==0.2.9 (sdist), auto-gptq==0.7.1, gptqmodel==7.7.0 (sdist), unpacked side by side into
  the folder that QUANTIZATION_SOURCES names
Every function takes float32 weights [outputs, inputs] and gives {suffix: tensor} and what the weights decode to in float32.
"""

import ast
import importlib.util
import math
import os
import types
from pathlib import Path

import numpy as np
import torch
from compressed_tensors.compressors import BaseCompressor
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from compressed_tensors.quantization.lifecycle.forward import dequantize, quantize
from compressed_tensors.quantization.utils import calculate_qparams, generate_gparam
from transformers.integrations.finegrained_fp8 import Fp8Quantize

SOURCES = Path(os.environ["QUANTIZATION_SOURCES"])


def source(pattern):
    (path,) = SOURCES.glob(pattern)
    return path


def take(path, names, namespace):
    """Runs the definitions of `names`, functions, constants or `Class.method`, in `namespace`."""
    wanted = {name.split(".")[0]: name.split(".")[1:] for name in names}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in wanted:
            body = [node]
        elif getattr(node, "name", None) in wanted:
            methods = {name.split(".")[1] for name in names if name.startswith(node.name + ".")}
            body = [child for child in node.body if getattr(child, "name", None) in methods] if methods else [node]
        else:
            continue
        exec(compile(ast.Module(body=body, type_ignores=[]), str(path), "exec"), namespace)
    return namespace


class Holder:
    def register_buffer(self, name, value):
        setattr(self, name, value)


# ModelOpt ------------------------------------------------------------------------------------------------------------

modelopt = "nvidia_modelopt-0.47.0*/modelopt/torch/"
quantizers = take(
    source(modelopt + "quantization/utils/core_utils.py"),
    ["reduce_amax", "reduce_block_amax", "reduce_block_padding"],
    {"torch": torch, "F": torch.nn.functional, "_FP8_DTYPES": ()},
)
fp4 = take(
    source(modelopt + "quantization/qtensor/nvfp4_tensor.py"),
    ["e2m1_bounds", "e2m1_values", "_cast_per_block_scale_to_fp8", "NVFP4QTensor"],
    {**quantizers, "E2M1_MAX": 6.0, "E4M3_MAX": 448.0, "fp8_max_for_normalization": lambda _: 448.0,
     "fp4_compatible": lambda: False,
     "BaseQuantizedTensor": type("Base", (), {"__init__": lambda self, shape, dtype, data: self.__dict__.update(
         metadata={"shape": shape, "dtype": dtype}, _quantized_data=data)})},
)  # fmt: skip
export = take(
    source(modelopt + "export/quant_utils.py"),
    ["get_scaling_factor_from_weight", "_validate_int4_block_size", "pack_int4_in_uint8"],
    {"torch": torch},
)


def modelopt_fp8(weights, scale_shape=(), siblings=None):
    """`siblings`: layers with the same input, weights of this one among them, which share a scale."""
    largest = (weights if siblings is None else siblings).abs().max().float()
    scale = (largest / 448.0).reshape(scale_shape)
    codes = (weights / scale).to(torch.float8_e4m3fn)
    return {"weight": codes, "weight_scale": scale, "input_scale": torch.tensor(0.0125)}, codes.float() * scale


def modelopt_fp8_rows(weights):
    scale = weights.abs().amax(1).float() / 448.0
    scale[scale == 0] = 1.0
    codes = (weights / scale[:, None]).to(torch.float8_e4m3fn)
    return {"weight": codes, "weight_scale": scale}, codes.float() * scale[:, None]


def modelopt_fp8_blocks(weights, block):
    sizes = {-1: block, -2: block}
    scales = quantizers["reduce_block_amax"](weights, sizes) / 448.0
    expanded = scales.repeat_interleave(block, 0).repeat_interleave(block, 1)
    codes = (weights / expanded).to(torch.float8_e4m3fn)
    return {"weight": codes, "weight_scale": scales[:, None, :, None].contiguous()}, codes.float() * expanded


def modelopt_int4(weights, group, pre_quant_scale=None, second=False):
    scale = export["get_scaling_factor_from_weight"](weights, group)
    packed = export["pack_int4_in_uint8"](weights, scale, group)
    codes = (weights / scale.repeat_interleave(group, 1)).round().clamp(-8, 7)
    tensors = {"weight": packed, "weight_scale": scale}
    if pre_quant_scale is not None:
        tensors["pre_quant_scale"] = pre_quant_scale
    if second:
        tensors["weight_scale_2"] = weights.abs().max() / 448.0
        tensors["input_scale"] = torch.tensor(0.25)
    return tensors, codes * scale.repeat_interleave(group, 1)


def modelopt_int8(weights):
    scale = export["get_scaling_factor_from_weight"](weights, 0)
    codes = (weights / scale[:, None]).round().clamp(-128, 127).to(torch.int8)
    return {"weight": codes, "weight_scale": scale}, codes.float() * scale[:, None]


def modelopt_nvfp4(weights, input_scale=True, siblings=None):
    kind = fp4["NVFP4QTensor"]
    scale_2 = kind.get_weights_scaling_factor_2(weights if siblings is None else siblings)
    packed, scale, _ = kind.quantize(weights.clone(), 16, weights_scaling_factor_2=scale_2)
    tensors = {"weight": packed._quantized_data, "weight_scale": scale, "weight_scale_2": scale_2.reshape(())}
    if input_scale:
        tensors["input_scale"] = torch.tensor(0.03)
    values = packed.dequantize(torch.float32, scale=scale, double_scale=scale_2, block_sizes={-1: 16})
    return tensors, values


# FP8 of transformers and fbgemm ---------------------------------------------------------------------------------------


def block_fp8(weights, block):
    """As transformers does it, which wants whole blocks: edges are filled with zeros first."""
    rows, columns = (math.ceil(extent / size) * size for extent, size in zip(weights.shape, block))
    padded = torch.zeros(rows, columns)
    padded[: weights.shape[0], : weights.shape[1]] = weights
    config = types.SimpleNamespace(weight_block_size=block, scale_fmt=None)
    converter = Fp8Quantize(types.SimpleNamespace(quantization_config=config))
    made = converter.convert({"x.weight": padded})
    codes, scales = made["x.weight"], made["x.weight_scale_inv"]
    expanded = scales.repeat_interleave(block[0], 0).repeat_interleave(block[1], 1)
    cut = tuple(slice(extent) for extent in weights.shape)
    return {"weight": codes[cut].contiguous(), "weight_scale_inv": scales}, (codes.float() * expanded)[cut]


def fbgemm_fp8(weights):
    """What `quantize_fp8_per_row` of fbgemm-gpu is documented to do; it has no CPU build to run."""
    factor = 448.0 / weights.abs().amax(1, keepdim=True).clamp(min=1e-12)
    codes = (weights * factor).clamp(-448, 448).to(torch.float8_e4m3fn)
    scale = 1.0 / factor
    tensors = {"weight": codes, "weight_scale": scale, "input_scale_ub": torch.tensor([1200.0])}
    return tensors, codes.float() * scale


# compressed-tensors ---------------------------------------------------------------------------------------------------


def compressed(weights, format, bits, kind, strategy, group=None, block=None, symmetric=True, scale_dtype=None, order=None):
    """Scales from the least and largest weights, then the library's compressor. `order`: group of each input, permuted."""
    extra = {"scale_dtype": torch.float8_e4m3fn} if format.startswith("nvfp4") else {}
    if format.startswith("mxfp4"):
        extra = {"scale_dtype": torch.uint8}
    args = QuantizationArgs(
        num_bits=bits, type=kind, strategy=strategy, group_size=group, block_structure=block, symmetric=symmetric, **extra
    )
    scheme = QuantizationScheme(targets=["Linear"], weights=args)
    source_weights = weights if order is None else weights[:, order]
    outputs, inputs = weights.shape
    if strategy == "tensor":
        least, most = torch.aminmax(source_weights)
    elif strategy == "channel":
        least, most = source_weights.amin(1, keepdim=True), source_weights.amax(1, keepdim=True)
    elif strategy == "block":
        rows, columns = math.ceil(outputs / block[0]), math.ceil(inputs / block[1])
        padded = torch.zeros(rows * block[0], columns * block[1])
        padded[:outputs, :inputs] = source_weights
        tiles = padded.reshape(rows, block[0], columns, block[1])
        least, most = tiles.amin((1, 3)), tiles.amax((1, 3))
    else:
        tiles = source_weights.unflatten(1, (-1, group))
        least, most = tiles.amin(2), tiles.amax(2)
    state = {"weight": source_weights}
    if format.startswith("nvfp4"):
        state["weight_global_scale"] = generate_gparam(*torch.aminmax(source_weights))
    scale, zero_point = calculate_qparams(least, most, args, global_scale=state.get("weight_global_scale"))
    state["weight_scale"] = scale if scale_dtype is None else scale.to(scale_dtype)
    state["weight_zero_point"] = zero_point
    compressor = BaseCompressor.get_value_from_registry(format)
    made = compressor.compress(state, scheme)
    decoded = compressor.decompress(made, scheme)["weight"]
    if format.endswith("fp4-pack-quantized"):
        # The library decompresses these to bfloat16: its own arithmetic on its own codes, in float32.
        from compressed_tensors.compressors.nvfp4.helpers import unpack_fp4_from_uint8

        codes = unpack_fp4_from_uint8(made["weight_packed"], outputs, inputs, torch.float32)
        stored = made["weight_scale"]
        scales = 2.0 ** (stored.to(torch.int32) - 127).float() if stored.dtype == torch.uint8 else stored.float()
        decoded = dequantize(codes, scales, args=args, global_scale=state.get("weight_global_scale"), dtype=torch.float32)
    elif scale_dtype is not None:
        args32 = {**made, "weight_scale": made["weight_scale"].float()}
        decoded = compressor.decompress(args32, scheme)["weight"]
    if order is not None:
        back = torch.argsort(order)
        codes = quantize(source_weights, scale, zero_point, args, dtype=torch.int8)[:, back]
        made["weight_packed"] = pack_to_int32(codes, bits)
        made["weight_g_idx"] = (torch.arange(inputs) // group).to(torch.int32)[back]
        decoded = decoded[:, back]
    return made, decoded.float()


# AutoAWQ --------------------------------------------------------------------------------------------------------------

awq = "autoawq-0.2.9/awq/"
awq_quantizer = take(source(awq + "quantize/quantizer.py"), ["AwqQuantizer.pseudo_quantize_tensor"], {"torch": torch})


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


packing = load(source(awq + "utils/packing_utils.py"))


def awq_layer(name):
    return take(
        source(awq + f"modules/linear/{name}.py"),
        ["make_divisible", "calculate_zeros_width", f"WQLinear_{name.upper()}"],
        {"torch": torch, "nn": torch.nn, "get_best_device": lambda: "cpu"},
    )[f"WQLinear_{name.upper()}"]


def autoawq(weights, version, group):
    """In half precision, as AutoAWQ quantizes a layer."""
    linear = torch.nn.Linear(weights.shape[1], weights.shape[0], bias=False)
    linear.weight.data = weights.half()
    settings = types.SimpleNamespace(group_size=group, zero_point=True, w_bit=4)
    with torch.no_grad():
        linear.weight.data, scales, zeros = awq_quantizer["pseudo_quantize_tensor"](settings, linear.weight.data)
        if version == "gemm":
            scales, zeros = scales.t().contiguous(), zeros.t().contiguous()
        size = group if group > 0 else weights.shape[1]
        layer = awq_layer(version).from_linear(linear, 4, size, False, scales, zeros)
    tensors = {"qweight": layer.qweight, "qzeros": layer.qzeros, "scales": layer.scales.contiguous()}
    if version == "gemm":
        decoded = packing.dequantize_gemm(layer.qweight, layer.qzeros, layer.scales.float(), 4, size).T
    else:
        # A word at a time, in order: the layout in AutoAWQ that has no unpacking function.
        groups = weights.shape[1] // size
        shifts = torch.arange(0, 32, 4)
        codes = ((layer.qweight[:, :, None] >> shifts) & 15).flatten(1)
        points = ((layer.qzeros[:, :, None] >> shifts) & 15).flatten(1)[:, :groups]
        scale = layer.scales[:, :groups].float()
        decoded = (codes - points.repeat_interleave(size, 1)) * scale.repeat_interleave(size, 1)
    return tensors, decoded


# GPTQ -----------------------------------------------------------------------------------------------------------------

gptq_quantizer = load(source("auto_gptq-0.7.1*/auto_gptq/quantization/quantizer.py")).Quantizer
gptqmodel = take(
    source("gptqmodel-7.7.0/gptqmodel/nn_modules/qlinear/__init__.py"),
    ["_torch_shift_factor", "_torch_right_shift", "_torch_left_shift", "PackableQuantLinear.pack_block",
     "PackableQuantLinear.dequantize_weight", "PackableQuantLinear._dequantize_from_codes",
     "PackableQuantLinear._init_wf_unsqueeze_buffers", "PackableQuantLinear._wf_device"],
    {"t": torch, "np": np, "os": os, "nn": torch.nn, "_ConvNd": torch.nn.modules.conv._ConvNd,
     "transformers": __import__("transformers"), "env_flag": lambda _: True, "ThreadPoolExecutor": None},
)  # fmt: skip
autogptq_pack = take(
    source("auto_gptq-0.7.1*/auto_gptq/nn_modules/qlinear/qlinear_cuda.py"),
    ["QuantLinear.pack"],
    {"torch": torch, "np": np, "nn": torch.nn, "transformers": __import__("transformers")},
)["pack"]


class GptqLayer(Holder):
    planar = False
    pack_dtype = torch.int32
    pack_dtype_bits = 32
    pack_np_dtype = np.int32
    pack_np_math_dtype = np.uint32
    dequant_dtype = torch.int32
    enable_wf_unsqueeze = True
    _buffers: dict = {}
    _init_wf_unsqueeze_buffers = gptqmodel["_init_wf_unsqueeze_buffers"]
    _wf_device = gptqmodel["_wf_device"]
    _dequantize_from_codes = gptqmodel["_dequantize_from_codes"]

    def register_buffer(self, name, value, persistent=True):
        setattr(self, name, value)


def gptq(weights, bits, group, symmetric, version, groups_of=None):
    """Rounded to nearest, without GPTQ's search. `groups_of`: the group of each input. Version 1 is packed by AutoGPTQ."""
    outputs, inputs = weights.shape
    size = group if group > 0 else inputs
    indices = (torch.arange(inputs) // size).to(torch.int32) if groups_of is None else groups_of.to(torch.int32)
    scales, zeros = [], []
    for index in range(math.ceil(inputs / size)):
        quantizer = gptq_quantizer()
        quantizer.configure(bits, perchannel=True, sym=symmetric)
        quantizer.find_params(weights[:, indices == index], weight=True)
        scales.append(quantizer.scale)
        zeros.append(quantizer.zero)
    scales, zeros = torch.cat(scales, 1), torch.cat(zeros, 1)
    linear = torch.nn.Linear(inputs, outputs, bias=False)
    linear.weight.data = weights
    layer = GptqLayer()
    layer.bits, layer.maxq, layer.in_features, layer.out_features = bits, 2**bits - 1, inputs, outputs
    layer.pack_factor, layer.bias, layer.infeatures = 32 // bits, None, inputs
    gptqmodel["pack_block"](layer, linear, scales, zeros, indices)
    layer.g_idx = indices
    layer.scales = layer.scales.float()
    decoded = gptqmodel["dequantize_weight"](layer).T.float()
    tensors = {"qweight": layer.qweight, "qzeros": layer.qzeros, "scales": layer.scales.half(), "g_idx": indices}
    if version == 1:
        # AutoGPTQ breaks zero points of 0, which no test uses; its codes are those of GPTQModel, packed anew.
        old = GptqLayer()
        old.bits, old.infeatures, old.bias, old.g_idx = bits, inputs, None, indices
        linear.weight.data = decoded
        autogptq_pack(old, linear, layer.scales.T.contiguous(), zeros.clone(), indices)
        if bool((zeros == 0).any()):
            raise ValueError("a zero point of 0")
        assert torch.equal(old.qweight, layer.qweight)
        tensors["qzeros"] = old.qzeros
    return tensors, decoded
