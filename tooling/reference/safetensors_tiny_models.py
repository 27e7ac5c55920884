"""Makes golden/tiny-models/: one small model per architecture as transformers saves it, and what transformers makes of it.

usage: python safetensors_tiny_models.py golden/tiny-models

Needs requirements.txt and safetensors==0.8.0. Weights are random, with norms away from 1 and biases away from 0, so
that nothing can be left out unnoticed. Each folder holds
  config.json, model.safetensors  as `save_pretrained` writes them
  logits.json                     {"tokens": [12 ids], "logits": base64 of float32 [12, vocabulary]}, by eager attention
                                  in float32
  tensors.json                    {GGUF name: [shape, first 16 hex digits of the SHA-256 of its values in float32]},
                                  names by gguf-py's tables, values as GGUF has them but for the order of rows in q and k
"""

import argparse
import base64
import hashlib
import json
import shutil
from pathlib import Path

import gguf
import torch
from transformers import AutoConfig, AutoModelForCausalLM

TOKENS = [1, 17, 42, 5, 88, 63, 17, 42, 9, 71, 30, 2]
small = dict(
    vocab_size=96, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0,
)  # fmt: skip
# Some derive the head size from the others.
two_heads = dict(head_dim=None, num_attention_heads=2, num_key_value_heads=1)
phi3 = {**{key: value for key, value in small.items() if key != "head_dim"}, "hidden_size": 64, "intermediate_size": 32}


def rope(kind: str, theta: float = 1000.0, **more) -> dict:
    return {"rope_type": kind, "rope_theta": theta, **more}


# Scalings and windows are chosen so that twelve tokens feel them. The third item is the type that weights are saved in.
VARIANTS: dict[str, tuple[str, dict, torch.dtype]] = {
    "llama-3": ("llama", dict(
        hidden_size=64, rope_parameters=rope(
            "llama3", 10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=32),
        max_position_embeddings=256), torch.bfloat16),
    "llama-linear": ("llama", dict(
        head_dim=8, rope_parameters=rope("linear", factor=4.0), tie_word_embeddings=True), torch.float32),
    "llama-yarn": ("llama", dict(
        rope_parameters=rope("yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=4.0, beta_slow=0.5)),
        torch.bfloat16),
    "llama-bias": ("llama", dict(attention_bias=True, mlp_bias=True, rms_norm_eps=1e-5), torch.float16),
    "mistral": ("mistral", dict(sliding_window=4, rope_parameters=rope("default")), torch.bfloat16),
    "qwen2": ("qwen2", dict(
        hidden_size=64, head_dim=None, intermediate_size=32, tie_word_embeddings=True,
        rope_parameters=rope("default", 1e6)), torch.bfloat16),
    "qwen2-sliding": ("qwen2", dict(
        **two_heads, num_hidden_layers=3, use_sliding_window=True,
        sliding_window=5, max_window_layers=1, rope_parameters=rope("yarn", factor=2.0,
        original_max_position_embeddings=32)), torch.bfloat16),
    "qwen3": ("qwen3", dict(tie_word_embeddings=True, rope_parameters=rope("default", 1e6)), torch.bfloat16),
    "smollm3": ("smollm3", dict(
        **two_heads, num_hidden_layers=3, no_rope_layers=[1, 0, 1],
        rope_parameters=rope("default", 5000.0)), torch.bfloat16),
    "gemma2": ("gemma2", dict(
        tie_word_embeddings=True, sliding_window=4, query_pre_attn_scalar=24, attn_logit_softcapping=3.0,
        final_logit_softcapping=8.0, rope_parameters=rope("default")), torch.bfloat16),
    "gemma3": ("gemma3_text", dict(
        tie_word_embeddings=True, num_hidden_layers=3, query_pre_attn_scalar=24, sliding_window=4,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"], rope_parameters={
            "full_attention": rope("linear", 5000.0, factor=8.0), "sliding_attention": rope("default", 100.0)}),
        torch.bfloat16),
    "phi3": ("phi3", dict(
        rope_parameters=rope(
            "longrope", short_factor=[1.0, 1.1, 1.2, 1.3, 1.5, 1.8, 2.0, 2.5],
            long_factor=[1.0, 1.5, 2.5, 4.0, 6.0, 8.0, 10.0, 12.0]),
        original_max_position_embeddings=8), torch.bfloat16),
    "phi3-partial": ("phi3", dict(
        rope_parameters=rope(
            "longrope", short_factor=[1.2, 2.0, 3.0, 4.0], long_factor=[2.0, 4.0, 8.0, 12.0],
            partial_rotary_factor=0.5),
        original_max_position_embeddings=16, sliding_window=7, tie_word_embeddings=True), torch.bfloat16),
    "granite": ("granite", dict(
        **two_heads, embedding_multiplier=3.0, residual_multiplier=0.4, attention_multiplier=0.15,
        logits_scaling=2.5, tie_word_embeddings=True, rope_parameters=rope("default")), torch.float32),
}  # fmt: skip


def randomize(model: torch.nn.Module, is_gemma: bool) -> None:
    generator = torch.Generator().manual_seed(20_261_122)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            parameter.data = noise.mul(0.25).clamp(-0.6, 0.6) + (0.0 if is_gemma else 1.0)
        elif name.endswith("bias"):
            parameter.data = noise * 0.2
        else:
            parameter.data = noise * (1.6 / parameter.shape[1] ** 0.5)


def canonical(model: torch.nn.Module, model_type: str, layers: int, tied: bool) -> dict:
    architecture = {"mistral": "llama", "gemma3_text": "gemma3"}.get(model_type, model_type)
    number = next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == architecture)
    table = gguf.get_tensor_name_map(number, layers)
    result = {}
    for name, value in model.state_dict().items():
        if name == "lm_head.weight" and tied:
            continue
        new = table.get_name(name, try_suffixes=(".weight", ".bias"))
        assert new is not None and new not in result, name
        if model_type.startswith("gemma") and "norm" in name:
            value = value + 1.0
        data = value.float().contiguous().numpy().astype("<f4").tobytes()
        result[new] = [list(value.shape), hashlib.sha256(data).hexdigest()[:16]]
    return result


@torch.inference_mode()
def make(folder: Path, model_type: str, options: dict, dtype: torch.dtype) -> None:
    base = phi3 if model_type == "phi3" else small
    options = {key: value for key, value in {**base, **options}.items() if value is not None}
    options.setdefault("tie_word_embeddings", False)
    config = AutoConfig.for_model(model_type, **options)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config).eval()
    randomize(model, model_type.startswith("gemma"))
    model.tie_weights()
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    logits = model(torch.tensor([TOKENS])).logits[0].float()
    spread = logits.std(dim=0).mean().item()
    assert spread > 0.1, f"{folder.name}: logits hardly depend on the tokens"
    encoded = base64.b64encode(logits.numpy().astype("<f4").tobytes()).decode()
    (folder / "logits.json").write_text(json.dumps({"tokens": TOKENS, "logits": encoded}) + "\n")
    tensors = canonical(model, model_type, config.num_hidden_layers, config.tie_word_embeddings)
    lines = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(tensors.items()))
    (folder / "tensors.json").write_text("{\n " + ",\n ".join(lines) + "\n}\n")
    print(f"{folder.name}: {sum(file.stat().st_size for file in folder.iterdir())} bytes, logits vary by {spread:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    torch.set_num_threads(1)
    for name, (model_type, options, dtype) in VARIANTS.items():
        shutil.rmtree(out / name, ignore_errors=True)
        make(out / name, model_type, options, dtype)


if __name__ == "__main__":
    main()
