"""Writes configurations as they are published, in old and new spellings, with what transformers takes them to mean.

usage: python safetensors_configs.py ../../packages/weights/test/fixtures/transformers-configs.golden.json

Needs requirements.txt. Sizes are made small; what is left out in a published file is left out here.
"""

import json
import sys

from transformers import CONFIG_MAPPING
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

sizes = dict(
    vocab_size=512, hidden_size=64, intermediate_size=128, num_hidden_layers=8, num_attention_heads=4,
    num_key_value_heads=2, rms_norm_eps=1e-5,
)  # fmt: skip
divisors = [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 8.0]
llama3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192)

CASES = {
    **{f"{kind}: defaults": {"model_type": kind} for kind in (
        "llama", "mistral", "qwen2", "qwen3", "smollm3", "gemma2", "gemma3_text", "phi3", "granite", "gemma3")},
    "Llama 2": {**sizes, "model_type": "llama", "max_position_embeddings": 4096, "rope_scaling": None, "num_key_value_heads": None},
    "Llama 2, stretched": {
        **sizes, "model_type": "llama", "max_position_embeddings": 4096, "rope_scaling": {"type": "linear", "factor": 2.0}},
    "Llama 3.1": {
        **sizes, "model_type": "llama", "max_position_embeddings": 131072, "rope_theta": 500000.0,
        "rope_scaling": {**llama3, "rope_type": "llama3"}},
    "Llama 3.2, transformers 5": {
        **sizes, "model_type": "llama", "max_position_embeddings": 131072, "head_dim": 32, "tie_word_embeddings": True,
        "rope_parameters": {**llama3, "rope_type": "llama3", "rope_theta": 500000.0}},
    "Llama with YaRN, lengths outside": {
        **sizes, "model_type": "llama", "max_position_embeddings": 32768, "original_max_position_embeddings": 8192,
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}},
    "Llama with YaRN, mscale": {
        **sizes, "model_type": "llama", "max_position_embeddings": 163840, "rope_scaling": {
            "type": "yarn", "factor": 40, "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 0.707,
            "original_max_position_embeddings": 4096}},
    "Mistral v0.1": {**sizes, "model_type": "mistral", "max_position_embeddings": 32768, "sliding_window": 4096},
    "Mistral Small 3": {
        "model_type": "mistral3", "tie_word_embeddings": False, "text_config": {
            **sizes, "model_type": "mistral", "head_dim": 32, "rope_theta": 1e9, "sliding_window": None,
            "max_position_embeddings": 131072}},
    "Mistral v0.3": {
        **sizes, "model_type": "mistral", "max_position_embeddings": 32768, "sliding_window": None, "rope_theta": 1e6},
    "Qwen2.5": {
        **sizes, "model_type": "qwen2", "max_position_embeddings": 32768, "max_window_layers": 6, "rope_theta": 1e6,
        "sliding_window": 4096, "use_sliding_window": False, "tie_word_embeddings": True},
    "Qwen2, sliding by default": {"model_type": "qwen2", "use_sliding_window": True},
    "Qwen2.5, stretched, sliding": {
        **sizes, "model_type": "qwen2", "max_position_embeddings": 32768, "max_window_layers": 6, "rope_theta": 1e6,
        "sliding_window": 4096, "use_sliding_window": True,
        "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}},
    "Qwen3": {
        **sizes, "model_type": "qwen3", "head_dim": 32, "max_position_embeddings": 40960, "rope_theta": 1e6,
        "attention_bias": False, "use_sliding_window": False, "sliding_window": None, "max_window_layers": 8},
    "SmolLM3": {
        **sizes, "model_type": "smollm3", "max_position_embeddings": 65536, "no_rope_layer_interval": 4,
        "no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0], "use_sliding_window": False, "sliding_window": None,
        "rope_scaling": None, "rope_theta": 5000000.0},
    "SmolLM3, sliding": {
        **sizes, "model_type": "smollm3", "max_position_embeddings": 65536, "no_rope_layer_interval": 3,
        "use_sliding_window": True, "sliding_window": 512},
    "Gemma 2": {
        **sizes, "model_type": "gemma2", "head_dim": 32, "hidden_act": "gelu_pytorch_tanh",
        "hidden_activation": "gelu_pytorch_tanh", "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
        "query_pre_attn_scalar": 16, "sliding_window": 4096, "max_position_embeddings": 8192, "rope_theta": 10000.0},
    "Gemma 3 1B": {
        **sizes, "model_type": "gemma3_text", "head_dim": 32, "rope_theta": 1000000, "rope_local_base_freq": 20000,
        "rope_scaling": None, "sliding_window": 512, "sliding_window_pattern": 3, "query_pre_attn_scalar": 32},
    "Gemma 3 4B": {
        "model_type": "gemma3", "text_config": {
            "hidden_size": 64, "intermediate_size": 128, "model_type": "gemma3_text", "num_hidden_layers": 7,
            "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024}},
    "Phi-3 mini 4k": {
        **sizes, "model_type": "phi3", "max_position_embeddings": 4096, "original_max_position_embeddings": 4096,
        "rope_scaling": None, "sliding_window": 2047},
    "Phi-3 mini 128k": {
        **sizes, "model_type": "phi3", "max_position_embeddings": 131072, "original_max_position_embeddings": 4096,
        "rope_scaling": {"long_factor": divisors, "short_factor": divisors, "type": "longrope"}, "sliding_window": 262144},
    "Phi-4 mini": {
        **sizes, "model_type": "phi3", "max_position_embeddings": 131072, "original_max_position_embeddings": 4096,
        "partial_rotary_factor": 0.75, "sliding_window": 262144, "tie_word_embeddings": True,
        "rope_scaling": {"long_factor": divisors[:6], "short_factor": divisors[:6], "type": "longrope"}},
    "Granite 3": {
        **sizes, "model_type": "granite", "attention_multiplier": 0.0625, "embedding_multiplier": 12.0,
        "logits_scaling": 8.0, "residual_multiplier": 0.22, "max_position_embeddings": 4096},
}  # fmt: skip


def meaning(given: dict) -> dict:
    whole = CONFIG_MAPPING[given["model_type"]].from_dict(json.loads(json.dumps(given)))
    config = whole.get_text_config()
    rope = config.rope_parameters
    nested = "full_attention" in rope
    full = rope["full_attention"] if nested else rope
    layers = config.num_hidden_layers
    kinds = getattr(config, "layer_types", None)
    window = getattr(config, "sliding_window", None)
    factor = 1.0
    if full["rope_type"] != "default":
        _, factor = ROPE_INIT_FUNCTIONS[full["rope_type"]](config, layer_type="full_attention" if nested else None)
    return {
        "vocabularySize": config.vocab_size,
        "hiddenSize": config.hidden_size,
        "intermediateSize": config.intermediate_size,
        "layerCount": layers,
        "headCount": config.num_attention_heads,
        "keyValueHeadCount": config.num_key_value_heads,
        "headSize": getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads,
        "contextLength": config.max_position_embeddings,
        "normEpsilon": config.rms_norm_eps,
        "tiedEmbeddings": whole.tie_word_embeddings,
        "ropeTheta": full["rope_theta"],
        "ropeType": full["rope_type"],
        "ropeFactor": full.get("factor"),
        "originalContextLength": full.get("original_max_position_embeddings"),
        "attentionFactor": factor,
        "partialRotaryFactor": full.get("partial_rotary_factor", 1.0),
        "slidingRopeTheta": rope["sliding_attention"]["rope_theta"] if nested else None,
        "slidingWindow": window,
        "slidingLayers": [kind == "sliding_attention" for kind in kinds] if kinds else [window is not None] * layers,
        "rotaryLayers": [bool(flag) for flag in getattr(config, "no_rope_layers", [1] * layers)],
    }


with open(sys.argv[1], "w") as file:
    lines = (f"{json.dumps(name)}: {json.dumps([given, meaning(given)])}" for name, given in CASES.items())
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
