"""Makes golden/tiny-quantized/: one small Llama in every layout that `quantized_layers.py` makes.

Usage: QUANTIZATION_SOURCES=FOLDER python tooling/reference/quantized_tiny_models.py

Each folder holds config.json, model.safetensors, for older exports of ModelOpt hf_quant_config.json, and logits.json:
{"tokens": ids, "logits": base64 of float32 [12, vocabulary]}, which transformers computes in float32 with eager attention from
the weights that the stored ones decode to. Activations are not quantized.
"""

import base64
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

import quantized_layers as layers
from quantized_configurations import awq, compressed, gptq, inline, modelopt

TARGET = Path(__file__).resolve().parent / "golden/tiny-quantized"
TOKENS = [1, 17, 42, 5, 88, 63, 17, 42, 9, 71, 30, 2]
SIBLINGS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"), ("o_proj",), ("down_proj",))


def build(bias, tied):
    torch.manual_seed(11)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=96, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0,
        tie_word_embeddings=tied, attention_bias=bias, attn_implementation="eager"))  # fmt: skip
    with torch.no_grad():
        for name, value in model.named_parameters():
            spread = 0.5 if "embed" in name else 2.0 / value.shape[-1] ** 0.5 if value.ndim == 2 else 0.2
            value.copy_(torch.randn(value.shape) * spread + ("norm" in name))
            if value.ndim == 2 and "proj" in name:
                # A few inputs that matter more than others, and a spread of both signs in every group.
                value[:, ::23] *= 3
                value[:, ::16] = -value[:, ::16].abs() - 0.02
                value[:, 1::16] = value[:, 1::16].abs() + 0.02
            value.copy_(value.bfloat16())
    return model.float().eval()


def make(name, config, quantize, bias=False, tied=True, side_file=None, extra=None):
    """`quantize(module name, weights, weights of the layers with the same input)` gives tensors and values, or None."""
    model = build(bias, tied)
    modules = {key: module for key, module in model.named_modules() if key.endswith("_proj")}
    stored = {key: value.detach().bfloat16() for key, value in model.named_parameters()}
    originals = {key: module.weight.detach().clone() for key, module in modules.items()}
    for key, module in modules.items():
        prefix, leaf = key.rsplit(".", 1)
        names = next(group for group in SIBLINGS if leaf in group)
        made = quantize(key, originals[key], torch.cat([originals[f"{prefix}.{sibling}"] for sibling in names]))
        if made is None:
            continue
        tensors, values = made
        del stored[f"{key}.weight"]
        stored.update({f"{key}.{suffix}": value for suffix, value in tensors.items()})
        with torch.no_grad():
            module.weight.copy_(values)
        if "pre_quant_scale" in tensors:
            factors = tensors["pre_quant_scale"].float()
            module.register_forward_pre_hook(lambda _, inputs, factors=factors: (inputs[0] * factors,))
    stored.update(extra or {})
    with torch.no_grad():
        logits = model(torch.tensor([TOKENS])).logits[0]
    folder = TARGET / name
    folder.mkdir(parents=True)
    settings = json.loads(model.config.to_json_string())
    settings["dtype"] = "bfloat16"
    if side_file is None:
        settings["quantization_config"] = config
    else:
        (folder / side_file).write_text(json.dumps(config, indent=4) + "\n")
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n")
    save_file({key: value.contiguous() for key, value in stored.items()}, folder / "model.safetensors", {"format": "pt"})
    encoded = base64.b64encode(logits.numpy().tobytes()).decode()
    (folder / "logits.json").write_text(json.dumps({"tokens": TOKENS, "logits": encoded}) + "\n")


def factors(inputs):
    return (torch.rand(inputs, generator=torch.Generator().manual_seed(3)) + 0.5).bfloat16()


def order(inputs):
    return torch.randperm(inputs, generator=torch.Generator().manual_seed(5)) // 32


shutil.rmtree(TARGET, ignore_errors=True)
hf = "hf_quant_config.json"
scales = {f"model.layers.{layer}.self_attn.{name}": torch.tensor(0.5 + layer)
          for layer in range(2) for name in ("k_proj.k_scale", "v_proj.v_scale")}  # fmt: skip
make("modelopt-fp8", modelopt("FP8", kv_cache_quant_algo="FP8"),
     lambda _, weights, siblings: layers.modelopt_fp8(weights, (), siblings),
     tied=False, side_file=hf, extra=scales)  # fmt: skip
make("modelopt-fp8-rows", inline("FP8_PER_CHANNEL_PER_TOKEN"), lambda _, weights, __: layers.modelopt_fp8_rows(weights))
make("modelopt-int4-awq",
     modelopt("W4A16_AWQ", group_size=32, has_zero_point=False, pre_quant_scale=True,
              exclude_modules=["lm_head", "model.layers.0.self_attn*"]),
     lambda key, weights, _: None if "layers.0.self_attn" in key else layers.modelopt_int4(
         weights, 32, factors(weights.shape[1]) if key.endswith(("o_proj", "down_proj")) else None), side_file=hf)  # fmt: skip
make("modelopt-nvfp4", modelopt("NVFP4", group_size=16)["quantization"],
     lambda _, weights, siblings: layers.modelopt_nvfp4(weights, siblings=siblings), side_file=hf)  # fmt: skip
names = [f"model.layers.{layer}.{part}" for layer in range(2) for part in (
    *(f"self_attn.{name}_proj" for name in "qkvo"), *(f"mlp.{name}_proj" for name in ("gate", "up", "down")))]  # fmt: skip
make("modelopt-mixed",
     modelopt("MIXED_PRECISION", quantized_layers={
         name: {"quant_algo": "FP8"} if "attn" in name else {"quant_algo": "NVFP4", "group_size": 16} for name in names}),
     lambda key, weights, siblings: layers.modelopt_fp8(weights, (), siblings) if "attn" in key
     else layers.modelopt_nvfp4(weights, siblings=siblings), side_file=hf)  # fmt: skip
make("fp8-blocks",
     {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [24, 48],
      "modules_to_not_convert": ["lm_head"]},
     lambda _, weights, __: layers.block_fp8(weights, [24, 48]))  # fmt: skip


def ct(name, format, bits, kind, strategy, config=None, **more):
    shared = {key: value for key, value in more.items() if key not in ("scale_dtype", "block")}
    if "group" in shared:
        shared["group_size"] = shared.pop("group")
    made = compressed(format, bits, kind, strategy, **shared)
    make(name, made, lambda _, weights, __: layers.compressed(weights, format, bits, kind, strategy, **more))


ct("ct-fp8", "float-quantized", 8, "float", "channel", scale_dtype=torch.bfloat16)
ct("ct-w4a16", "pack-quantized", 4, "int", "group", group=32)
ct("ct-w4a16-zero-points", "pack-quantized", 4, "int", "group", group=32, symmetric=False)
ct("ct-int8", "int-quantized", 8, "int", "channel")
ct("ct-nvfp4", "nvfp4-pack-quantized", 4, "float", "tensor_group", group=16)
ct("ct-mxfp4", "mxfp4-pack-quantized", 4, "float", "group", group=32)
make("awq-gemm", awq("gemm", 32), lambda _, weights, __: layers.autoawq(weights, "gemm", 32))
make("awq-gemv", awq("gemv", 32), lambda _, weights, __: layers.autoawq(weights, "gemv", 32))
make("gptq-4", gptq(4, 32, True, 1), lambda _, weights, __: layers.gptq(weights, 4, 32, True, 1), bias=True)
make("gptq-4-ordered", gptq(4, 32, False, 2, True),
     lambda _, weights, __: layers.gptq(weights, 4, 32, False, 2, order(weights.shape[1])))  # fmt: skip
make("gptq-3", gptq(3, -1, False, 2), lambda _, weights, __: layers.gptq(weights, 3, -1, False, 2))
make("gptq-8", gptq(8, 64, True, 2), lambda _, weights, __: layers.gptq(weights, 8, 64, True, 2))
