# Requirements: python 3.11, torch==2.13.0, transformers==5.23.0, gguf==0.19.0, numpy==2.4.6
"""Makes golden/architectures/: one small random model per architecture as a GGUF file, and what transformers makes of it.

Each model.gguf has the metadata, the tensor names, the order of rows in q and k and the values of norms that llama.cpp's
conversion gives a model of that kind; logits.json holds, for some tokens, float32 logits [tokens, vocabulary] of eager
attention in float32. `short`, where there is one, is a second answer, to a sequence within the original context.

With --float32 weights stay in float32: llama.cpp then computes them without rounding (gguf_llama_cpp_check.py).

Run: python tooling/reference/gguf_architectures.py [--float32] tooling/reference/golden/architectures
"""

import argparse
import base64
import json
import math
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM

VOCABULARY = 64
TOKENS = [(index * 37 + 11) % VOCABULARY for index in range(40)]
SMALL = dict(
    vocab_size=VOCABULARY, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, max_position_embeddings=64, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
    pad_token_id=0, tie_word_embeddings=True,
)  # fmt: skip
# Some derive the size of a head from the others.
TWO_HEADS = dict(head_dim=None, num_attention_heads=2, num_key_value_heads=1)


def rope(kind="default", theta=1000.0, **more):
    return {"rope_type": kind, "rope_theta": theta, **more}


# Numbers are chosen so that 40 tokens feel every scaling and window.
VARIANTS = {
    "llama": ("llama", dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=False, rope_parameters=rope())),
    "llama3": ("llama", dict(rope_parameters=rope(
        "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32))),
    "llama-yarn": ("llama", dict(rope_parameters=rope(
        "yarn", factor=4.0, original_max_position_embeddings=48, beta_fast=2.0, beta_slow=0.25))),
    "mistral": ("mistral", dict(sliding_window=7, rope_parameters=rope())),
    "ministral3": ("ministral3", dict(max_position_embeddings=192, rope_parameters=rope(
        "yarn", factor=4.0, original_max_position_embeddings=48, beta_fast=2.0, beta_slow=0.25, mscale=1.0,
        mscale_all_dim=1.0, llama_4_scaling_beta=0.1))),
    "qwen2": ("qwen2", dict(
        **TWO_HEADS, rope_parameters=rope("yarn", factor=2.0, original_max_position_embeddings=32))),
    "qwen3": ("qwen3", dict(rope_parameters=rope())),
    "smollm3": ("smollm3", dict(**TWO_HEADS, num_hidden_layers=4, rope_parameters=rope("linear", factor=2.0))),
    "gemma": ("gemma", dict(hidden_act="gelu_pytorch_tanh", rope_parameters=rope())),
    "gemma2": ("gemma2", dict(
        num_hidden_layers=3, sliding_window=6, query_pre_attn_scalar=16, attn_logit_softcapping=3.0,
        final_logit_softcapping=8.0, hidden_activation="gelu_pytorch_tanh", rope_parameters=rope())),
    "gemma3": ("gemma3_text", dict(
        num_hidden_layers=7, sliding_window=6, query_pre_attn_scalar=16, rope_parameters={
            "full_attention": rope("linear", 5000.0, factor=8.0), "sliding_attention": rope("default", 10000.0)})),
    "phi3": ("phi3", dict(
        **TWO_HEADS, sliding_window=9, tie_word_embeddings=False, original_max_position_embeddings=64,
        rope_parameters=rope())),
    "phi3-longrope": ("phi3", dict(
        hidden_size=64, num_attention_heads=2, num_key_value_heads=1, head_dim=None,
        original_max_position_embeddings=24, rope_parameters=rope(
            "longrope", partial_rotary_factor=0.75,
            short_factor=[1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6],
            long_factor=[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0]))),
    "granite": ("granite", dict(
        **TWO_HEADS, embedding_multiplier=3.0, residual_multiplier=0.4, attention_multiplier=0.15, logits_scaling=2.5,
        rope_parameters=rope())),
}  # fmt: skip
SHORT = {"phi3-longrope": 20}
ARCHITECTURES = {"mistral": "llama", "ministral3": "mistral3", "gemma3_text": "gemma3"}
INTERLEAVED = {"llama", "mistral3", "granite", "smollm3"}


def randomize(model, is_gemma, stored):
    generator = torch.Generator().manual_seed(20_261_122)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            # GGUF keeps norms and biases in float32, so gemma's 1 can be added without rounding.
            value = (noise.mul(0.25).clamp(-0.6, 0.6) * 256).round() / 256 + (0.0 if is_gemma else 1.0)
        elif name.endswith("bias"):
            value = noise * 0.2
        else:
            value = (noise * (1.6 / parameter.shape[1] ** 0.5)).to(stored).float()
        parameter.data = value


def neighbours_from_halves(rows, heads):
    """Rows of q or k in the order (0, size/2, 1, size/2 + 1, ...) of each head: pairs that rotate lie side by side."""
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows.shape)


def divisors(parameters, size):
    """Llama 3.1's scaling as one divisor per frequency."""
    frequencies = 1.0 / parameters["rope_theta"] ** (torch.arange(0, size, 2, dtype=torch.float32) / size)
    low, high = parameters["low_freq_factor"], parameters["high_freq_factor"]
    factor, original = parameters["factor"], parameters["original_max_position_embeddings"]
    turns = original * frequencies / (2 * math.pi)
    smooth = ((turns - low) / (high - low)).clamp(0, 1)
    return (1 / ((1 - smooth) / factor + smooth)).numpy().astype(np.float32)


def add_metadata(writer, config, architecture):
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    parameters = config.rope_parameters
    main = parameters.get("full_attention", parameters)
    kind = main["rope_type"]
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("no_vocab")
    writer.add_rope_freq_base(main["rope_theta"])
    if head * config.num_attention_heads != config.hidden_size:
        writer.add_key_length(head)
        writer.add_value_length(head)
    if kind in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
        writer.add_rope_scaling_factor(main["factor"])
    if kind == "yarn":
        writer.add_rope_scaling_orig_ctx_len(main["original_max_position_embeddings"])
        if "beta_fast" in main:
            writer.add_rope_scaling_yarn_beta_fast(main["beta_fast"])
            writer.add_rope_scaling_yarn_beta_slow(main["beta_slow"])
    if architecture in INTERLEAVED:
        writer.add_rope_dimension_count(head)
    if architecture == "mistral3":
        writer.add_rope_scaling_yarn_log_mul(main["mscale_all_dim"])
        writer.add_attn_temperature_scale(main["llama_4_scaling_beta"])
    if architecture == "llama" and getattr(config, "sliding_window", None):
        writer.add_sliding_window(config.sliding_window)  # llama.cpp's conversion leaves it out
    if architecture in ("gemma2", "gemma3"):
        writer.add_sliding_window(config.sliding_window)
    if architecture == "gemma2":
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)
    if architecture == "granite":
        writer.add_attention_scale(config.attention_multiplier)
        writer.add_embedding_scale(config.embedding_multiplier)
        writer.add_residual_scale(config.residual_multiplier)
        writer.add_logit_scale(config.logits_scaling)
    if architecture == "phi3":
        add_phi3(writer, config, head, main)
    if kind == "llama3":
        writer.add_tensor("rope_freqs.weight", divisors(main, head))


def add_phi3(writer, config, head, parameters):
    original = config.original_max_position_embeddings
    writer.add_rope_scaling_orig_ctx_len(original)
    writer.add_rope_dimension_count(int(head * parameters.get("partial_rotary_factor", 1.0)))
    writer.add_sliding_window(config.sliding_window or 0)
    if parameters["rope_type"] == "longrope":
        stretch = config.max_position_embeddings / original
        writer.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE)
        writer.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(stretch) / math.log(original)))
        writer.add_tensor("rope_factors_long.weight", np.array(parameters["long_factor"], dtype=np.float32))
        writer.add_tensor("rope_factors_short.weight", np.array(parameters["short_factor"], dtype=np.float32))


def add_tensors(writer, model, architecture, stored):
    config = model.config
    number = next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == architecture)
    table = gguf.get_tensor_name_map(number, config.num_hidden_layers)
    for name, value in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        new = table.get_name(name, try_suffixes=(".weight", ".bias"))
        assert new is not None, name
        data = value.float().numpy()
        if architecture.startswith("gemma") and "norm" in name:
            data = data + np.float32(1)
        if architecture in INTERLEAVED and (".q_proj." in name or ".k_proj." in name):
            heads = config.num_attention_heads if ".q_proj." in name else config.num_key_value_heads
            data = neighbours_from_halves(data, heads)
        if data.ndim == 2 and stored == torch.float16:
            half = data.astype(np.float16)
            assert np.array_equal(half.astype(np.float32), data), name
            data = half
        writer.add_tensor(new, data)


def encode(values):
    return base64.b64encode(values.contiguous().numpy().astype("<f4").tobytes()).decode()


@torch.inference_mode()
def make(folder, name, stored):
    model_type, options = VARIANTS[name]
    options = {key: value for key, value in {**SMALL, **options}.items() if value is not None}
    config = AutoConfig.for_model(model_type, **options)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config).eval().float()
    randomize(model, model_type.startswith("gemma"), stored)
    model.tie_weights()
    if model_type.startswith("gemma"):
        # The scale of embeddings is a buffer in the type that the model was made in: here float32, as in llama.cpp.
        assert model.model.embed_tokens.embed_scale.dtype == torch.float32

    folder.mkdir(parents=True, exist_ok=True)
    architecture = ARCHITECTURES.get(model_type, model_type)
    writer = gguf.GGUFWriter(folder / "model.gguf", architecture)
    add_metadata(writer, config, architecture)
    add_tensors(writer, model, architecture, stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    logits = model(torch.tensor([TOKENS])).logits[0].float()
    spread = logits.std(dim=0).mean().item()
    assert spread > 0.1, f"{name}: logits hardly depend on the tokens"
    answer = {"tokens": TOKENS, "logits": encode(logits)}
    if name in SHORT:
        answer["short"] = encode(model(torch.tensor([TOKENS[: SHORT[name]]])).logits[0].float())
    (folder / "logits.json").write_text(json.dumps(answer) + "\n")
    size = (folder / "model.gguf").stat().st_size
    print(f"{name}: {size} bytes, logits up to {logits.abs().max():.2f}, vary by {spread:.2f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in VARIANTS:
        make(arguments.out / name, name, torch.float32 if arguments.float32 else torch.float16)


if __name__ == "__main__":
    main()
