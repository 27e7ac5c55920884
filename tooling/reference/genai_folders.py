# Requirements: python 3.11, torch==2.13.0, transformers==5.23.0, numpy==2.4.6, onnx==1.23.2, onnx-ir==1.1.0,
# onnxruntime==1.31.1, onnxruntime-genai==0.18.0
"""Writes golden/genai/: folders of ONNX Runtime GenAI with tiny models of random weights, made by its model builder, one
of them quantized as NVIDIA ModelOpt does, and what onnxruntime-genai and transformers answer.

Each folder has a golden.json: `prompts` with `ids`, `tokens` (64 greedy ones by onnxruntime-genai), `margin` (smallest
distance of the best two logits on the way) and `logits` (base64 float32, after the prompt: of `logits_by`); where
products are quantized also `fast`, the logits of onnxruntime-genai with activations on an 8-bit grid.

Run: python tooling/reference/genai_folders.py
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime_genai as og
import torch
from genai_awq import quantize
from onnx import numpy_helper
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MistralConfig,
    Phi3Config,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

OUT = Path(__file__).parent / "golden" / "genai"
LENGTHS = (1, 6, 11, 19, 33)
STEPS = 64
CANDIDATES = 24
TINY = {
    "bos_token_id": 92,
    "eos_token_id": 93,
    "pad_token_id": 93,
    "vocab_size": 96,
    "hidden_size": 32,
    # Other than the vocabulary: the builder takes a projection of the head's shape for the head.
    "intermediate_size": 64,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "max_position_embeddings": 128,
    "initializer_range": 0.2,
    "tie_word_embeddings": True,
}
UNTIED = {**TINY, "tie_word_embeddings": False}
LLAMA31 = {
    **TINY,
    "bos_token_id": 256,
    "eos_token_id": 257,
    "pad_token_id": 257,
    "vocab_size": 260,
    "num_attention_heads": 4,
    "hidden_size": 256,
    "intermediate_size": 896,
    "num_hidden_layers": 2,
    "num_key_value_heads": 1,
    "head_dim": 64,
    "initializer_range": 0.08,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
    "rope_parameters": {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    },
}


def write_source(folder, config, seed):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config).eval()
    # Norms of random models are all ones, with which mistakes would not show.
    for name, parameter in model.named_parameters():
        if name.endswith("norm.weight"):
            parameter.data.uniform_(0.7, 1.3)
        # Every 16-bit format holds these weights.
        parameter.data = parameter.data.half().bfloat16().float()
    model.save_pretrained(folder)
    pieces = sorted(pre_tokenizers.ByteLevel.alphabet())[: config.vocab_size - 4]
    alphabet = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocab=alphabet, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>").save_pretrained(folder)
    return model


def round_tables(model, dtype):
    """Rounds cosines and sines as the tables of a folder are."""
    rotary = model.model.rotary_emb
    whole = rotary.forward
    rotary.forward = lambda *inputs, **named: tuple(part.to(dtype).float() for part in whole(*inputs, **named))
    return model


def build(source, target, precision, provider, *options):
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", target]
    command += ["-p", precision, "-e", provider, "-c", f"{target}-cache"]
    if options:
        command += ["--extra_options", *options]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def on_cpu(folder, to, exact):
    """
    A copy that asks for no provider: onnxruntime-genai then runs the graph on the CPU. `exact` keeps activations in
    floats, where products would put them on an 8-bit grid.
    """
    shutil.copytree(folder, to)
    path = to / "genai_config.json"
    config = json.loads(path.read_text())
    config["model"]["decoder"]["session_options"]["provider_options"] = []
    decoder = config["model"]["decoder"]
    if exact:
        decoder["session_options"]["session.qdq_matmulnbits_accuracy_level"] = "1"
    # Version 0.18.0 makes windows of another size than its attention operator asks for. A whole cache gives the same.
    decoder.pop("sliding_window", None)
    graph = onnx.load(str(to / "model.onnx"), load_external_data=False)
    for node in graph.graph.node:
        kept = [each for each in node.attribute if each.name != "sliding_window_cache"]
        for each in kept:
            if each.name == "accuracy_level" and exact:
                each.i = 1
        del node.attribute[:]
        node.attribute.extend(kept)
    onnx.save(graph, str(to / "model.onnx"))
    path.write_text(json.dumps(config))
    return og.Model(str(to))


def generate(model, ids, end, steps=STEPS):
    params = og.GeneratorParams(model)
    total = len(ids) + steps
    params.set_search_options(max_length=total, min_length=total, do_sample=False)
    generator = og.Generator(model, params)
    generator.append_tokens(ids)
    tokens, margins, first = [], [], None
    for _ in range(steps):
        logits = np.asarray(generator.get_logits(), np.float32).reshape(-1)
        # The end of a text is ruled out by min_length: a prompt that asks for it is no good.
        if logits.argmax() == end:
            margins.append(0.0)
        logits[end] = -np.inf
        first = logits.copy() if first is None else first
        best = np.sort(logits)
        margins.append(float(best[-1] - best[-2]))
        generator.generate_next_token()
        tokens.append(int(generator.get_next_tokens()[0]))
    return tokens, min(margins), first


def torch_tokens(model, ids, end):
    tokens, margins = [], []
    for _ in range(STEPS):
        with torch.no_grad():
            logits = model(torch.tensor([ids + tokens])).logits[0, -1].numpy().copy()
        if logits.argmax() == end:
            margins.append(0.0)
        logits[end] = -np.inf
        best = np.sort(logits)
        margins.append(float(best[-1] - best[-2]))
        tokens.append(int(logits.argmax()))
    return tokens, min(margins), None


def encode(logits):
    return base64.b64encode(np.where(np.isfinite(logits), logits, 0).astype("<f4").tobytes()).decode()


def golden(folder, run, exact, made_by, fast=None, candidates=CANDIDATES):
    random = np.random.default_rng(len(folder.name))
    config = json.loads((folder / "genai_config.json").read_text())["model"]
    end = config["eos_token_id"]
    prompts = []
    for length in LENGTHS:
        tried = []
        for _ in range(candidates):
            ids = random.integers(0, config["vocab_size"] - 4, length).tolist()
            tokens, margin, first = run(ids, end)
            tried.append((margin, ids, tokens, first))
        margin, ids, tokens, first = max(tried, key=lambda entry: entry[0])
        if exact is not None:
            with torch.no_grad():
                first = exact(torch.tensor([ids])).logits[0, -1].numpy()
        prompt = {"ids": ids, "tokens": tokens, "margin": round(margin, 5), "logits": encode(first)}
        if fast is not None:
            prompt["fast"] = encode(generate(fast, ids, end, 1)[2])
        prompts.append(prompt)
    by = "transformers" if exact is not None else "onnxruntime-genai"
    document = {"tokens_by": made_by, "logits_by": by, "prompts": prompts}
    (folder / "golden.json").write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")
    margins = [prompt["margin"] for prompt in prompts]
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder.name}: {size} bytes, margins {margins}")


def keep(built, name, tokenizer=False):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in built.iterdir():
        if path.name.startswith(("model.onnx", "genai_config")) or (tokenizer and path.name.startswith("tokenizer")):
            shutil.copy(path, folder / path.name)
    return folder


def awq(work):
    source = write_source(work / "llama31", LlamaConfig(**LLAMA31), 31)
    build(work / "llama31", work / "fp16", "fp16", "dml")
    built = work / "awq"
    shutil.copytree(work / "fp16", built)
    for name in ("model.onnx", "model.onnx.data"):
        (built / name).unlink()
    random = np.random.default_rng(8)
    feeds = []
    for _ in range(8):
        ids = random.integers(0, 256, (1, 64))
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "position_ids": np.arange(64)[None]}
        for layer in range(2):
            for part in ("key", "value"):
                feed[f"past_key_values.{layer}.{part}"] = np.zeros((1, 1, 0, 64), np.float16)
        feeds.append(feed)
    effective = quantize(work / "fp16" / "model.onnx", built / "model.onnx", feeds)
    norms = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(built / "model.onnx")).graph.initializer if "norm" in t.name}
    state = source.state_dict()
    for name in state:
        key = name.replace("self_attn", "attn").replace(".weight", ".MatMul.weight")
        if key in effective:
            state[name] = torch.tensor(effective[key][0].T.copy())
        elif name in norms:
            state[name] = torch.tensor(norms[name].astype(np.float32))
    source.load_state_dict(state)
    round_tables(source, torch.float16)
    model = on_cpu(built, work / "awq-cpu", True)
    golden(keep(built, "llama31-int4-awq", True), lambda ids, end: generate(model, ids, end), source, "onnxruntime-genai")


VARIANTS = [
    # Packed products in float32, of which the last is the embedding too.
    ("llama-int4-cpu", LlamaConfig(**TINY), "int4", "cpu", []),
    # DequantizeLinear before MatMul, logits of the last token only.
    ("llama-int4-qdq", LlamaConfig(**UNTIED), "int4", "cpu", ["use_qdq=true", "prune_lm_head=true"]),
    # Everything in bfloat16, logits cast to float32.
    ("llama-bf16-cuda", LlamaConfig(**TINY), "bf16", "cuda", []),
    # Norms of queries and keys inside the attention operator, float16.
    ("qwen3-fp16-webgpu", Qwen3Config(**TINY), "fp16", "webgpu", []),
    # A window that the cache of the folder would be cut to, zero points, 8 bits for the last product.
    ("mistral-int4-window", MistralConfig(**{**UNTIED, "sliding_window": 24}), "int4", "cpu", ["is_symmetric=false", "matmul_mixed_precision=last_matmul:int8"]),
]
LONGROPE = {
    "rope_type": "longrope",
    "type": "longrope",
    "rope_theta": 10000.0,
    "short_factor": [1.0 + 0.05 * index for index in range(8)],
    "long_factor": [1.0 + 0.4 * index for index in range(8)],
    "original_max_position_embeddings": 64,
}


def variant(work, name, config, precision, provider, options):
    source = write_source(work / f"{name}-hf", config, 5)
    build(work / f"{name}-hf", work / name, precision, provider, *options)
    folder = keep(work / name, name)
    if name in ("qwen3-fp16-webgpu", "llama-bf16-cuda"):
        # The CPU has no such attention, or no such products: transformers generates instead.
        round_tables(source, torch.float16 if precision == "fp16" else torch.bfloat16)
        golden(folder, lambda ids, end: torch_tokens(source, ids, end), source, "transformers", candidates=6)
    else:
        exact = on_cpu(work / name, work / f"{name}-exact", True)
        fast = on_cpu(work / name, work / f"{name}-fast", False)
        golden(folder, lambda ids, end: generate(exact, ids, end), None, "onnxruntime-genai", fast)


def main():
    with tempfile.TemporaryDirectory() as work:
        only = sys.argv[1:]
        if not only or "llama31-int4-awq" in only:
            awq(Path(work))
        phi = Phi3Config(**{**TINY, "rope_parameters": LONGROPE, "original_max_position_embeddings": 64})
        for entry in [*VARIANTS, ("phi3-int4-longrope", phi, "int4", "cpu", [])]:
            if not only or entry[0] in only:
                variant(Path(work), *entry)


if __name__ == "__main__":
    main()
