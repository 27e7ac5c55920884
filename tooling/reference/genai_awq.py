# Requirements: python 3.11, torch==2.13.0, transformers==5.23.0, numpy==2.4.6, onnx==1.23.2, onnx-ir==1.1.0,
# onnxruntime==1.31.1, onnxruntime-genai==0.18.0
"""Quantizes the float16 folder of the model builder (-p fp16 -e dml) to INT4 in the layout of NVIDIA ModelOpt.

Algorithm and node names: NVIDIA/Model-Optimizer modelopt/onnx/quantization/int4.py (awq_lite, one search per node,
fuse_nodes), qdq_utils.py and gs_patching.py. `genai_folders.py` calls it.
"""

import re

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

INT4 = TensorProto.INT4
EXCLUDED = re.compile("/lm_head")
NORMS = ("SimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization")


def scales_of(weight, block):
    """float32 [K/block, N]: largest magnitude of each block of rows, in steps of 7"""
    blocks = weight.reshape(-1, block, weight.shape[1])
    return np.maximum(np.abs(blocks).max(1) / 7, 1e-5).astype(np.float32)


def codes_of(weight, scales, block):
    """int8 [K, N] from -8 to 7"""
    steps = np.repeat(scales, block, 0)
    return np.clip(np.rint(weight / steps), -8, 7).astype(np.int8)


def pack(codes):
    """Two to a byte, the first in the low bits."""
    nibbles = (codes.astype(np.uint8) & 15).reshape(-1)
    return (nibbles[0::2] | (nibbles[1::2] << 4)).tobytes()


def search(weight, rows, block):
    """The scale of inputs, float32 [K], with which quantization changes the product least."""
    tiny = np.finfo(np.float16).tiny
    largest = np.abs(weight.reshape(block, -1)).max(0).reshape(-1)
    strided = np.tile(largest.reshape(-1, weight.shape[1]), (block, 1))
    weight_mean = (np.abs(weight) / (strided + tiny)).mean(1)
    input_mean = np.abs(rows).mean(0)
    exact = rows @ weight
    best = None
    for step in range(11):
        alpha = step / 10
        scale = input_mean**alpha / (weight_mean ** (1 - alpha) + tiny)
        scale = np.clip(scale, 1e-4, 1e4)
        scale = (scale / np.sqrt(scale.max() * scale.min())).astype(np.float32)
        scaled = weight * scale[:, None]
        steps = scales_of(scaled, block)
        restored = codes_of(scaled, steps, block) * np.repeat(steps, block, 0)
        loss = float(((exact - (rows / scale) @ restored) ** 2).mean())
        if best is None or loss < best[0]:
            best = (loss, scale)
    return best[1]


def activations(model, names, feeds):
    """float32 [tokens, K] of each value, over all feeds"""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    for name in names:
        probe.graph.output.append(helper.make_empty_tensor_value_info(name))
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found = {name: [] for name in names}
    for feed in feeds:
        for name, value in zip(names, session.run(names, feed)):
            found[name].append(np.asarray(value, np.float32).reshape(-1, value.shape[-1]))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def quantize(source, target, feeds, block=128):
    """Writes `target` and `target`_data. Returns what each product multiplies with, float32 [K, N], by weight name."""
    model = onnx.load(str(source))
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = [
        node
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in weights and not EXCLUDED.match(node.name)
    ]
    groups = {}
    for node in products:
        groups.setdefault(node.input[0], []).append(node)
    rows = activations(model, list(groups), feeds)
    producers = {output: node for node in graph.node for output in node.output}
    effective = {}
    for value, nodes in groups.items():
        matrices = [numpy_helper.to_array(weights[node.input[1]]).astype(np.float32) for node in nodes]
        scale = np.mean([search(matrix, rows[value], block) for matrix in matrices], 0)
        parent = producers[value]
        readers = [node for node in graph.node if value in node.input]
        norm = next((name for name in parent.input if name in weights), None)
        if parent.op_type in NORMS and norm is not None and readers == nodes:
            divided = numpy_helper.to_array(weights[norm]).astype(np.float32) / scale
            weights[norm].CopyFrom(numpy_helper.from_array(divided.astype(np.float16), norm))
            inverse = None
        else:
            inverse = (1 / scale).astype(np.float16)[None]
            name = f"{value}_pre_quant_scale"
            graph.initializer.append(numpy_helper.from_array(inverse, name))
            output = f"{value}_pre_quant_scale_out"
            multiply = helper.make_node("Mul", [value, name], [output], f"{value}_pre_quant_scale_mul")
            graph.node.insert(list(graph.node).index(nodes[0]), multiply)
            for node in nodes:
                node.input[0] = output
        for node, matrix in zip(nodes, matrices):
            name = node.input[1]
            scaled = matrix * scale[:, None]
            steps = scales_of(scaled, block)
            codes = codes_of(scaled, steps, block)
            stored = steps.astype(np.float16)
            packed = TensorProto(name=f"{name}_i4", data_type=INT4, dims=codes.shape, raw_data=pack(codes))
            graph.initializer.append(packed)
            graph.initializer.append(numpy_helper.from_array(stored, f"{name}_scale"))
            output = f"{name}_DequantizeLinear_Output"
            inputs = [f"{name}_i4", f"{name}_scale"]
            dequantize = helper.make_node(
                "DequantizeLinear", inputs, [output], f"{name}_DequantizeLinear", axis=0, block_size=block
            )
            graph.node.insert(list(graph.node).index(node), dequantize)
            node.input[1] = output
            restored = codes * np.repeat(stored.astype(np.float32), block, 0)
            factor = 1 if inverse is None else inverse.astype(np.float32).T
            effective[name] = (restored * factor, scale)
            graph.initializer.remove(weights[name])
    del graph.value_info[:]
    model.ir_version = 10
    onnx.save_model(
        model,
        str(target),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=f"{target.name}_data",
        size_threshold=0,
    )
    return effective
