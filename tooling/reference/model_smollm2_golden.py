"""Golden outputs of SmolLM2-135M-Instruct as its GGUF stores it (Q4_1 and Q8_0 weights, dequantized, float32 arithmetic).

usage: python model_smollm2_golden.py WIKI.TEST.RAW GGUF [GGUF ...] [--output golden] [--full LOGPROBS.f32]

Several GGUF arguments are the splits of one model, in order. Written to --output:

smollm2-teacher-forced.bin    what the model predicts at each of 4,096 positions of WikiText-2 (test, raw). Little-endian:
    bytes  0..3   "LLGF"                     bytes  4..7   uint32 version, 1
    bytes  8..11  uint32 positions P         bytes 12..15  uint32 K, tokens kept per position
    bytes 16..19  uint32 vocabulary size     bytes 20..23  uint32 0
    then float32 logProbabilities[P][K], best first; float32 restLogMass[P], the logarithm of the probability of all
    other tokens together; float32 nll[P], that of token t+1 after tokens 0..t; uint16 topTokens[P][K];
    uint16 tokens[P + 1], the text itself (one more than positions, so that each position has a next token).
smollm2-teacher-forced.json   where it comes from, and means over all positions
smollm2-short.golden.json     five short prompts: top 16 logits after the prompt, 32 greedy tokens with their margins
smollm2-hidden-states.golden.json   hidden states of one prompt at a few depths

--full additionally writes the float32 log-probabilities [4096, vocabulary size] (805 MB), for the exact divergence.
Probabilities are computed in float64 from float32 logits.
"""

import argparse
import hashlib
import json
import struct
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from model_llama_gguf import LlamaGguf, greedy, load_model

POSITIONS, TOP, SHORT_TOP, GREEDY, ROWS = 4096, 32, 16, 32, 256
CONTROL = 3  # gguf.TokenType.CONTROL
HIDDEN_LAYERS = (0, 1, 29)
HIDDEN_PROMPT = "The capital of France is"


def tokenizer_of(checkpoint: LlamaGguf) -> Tokenizer:
    tokens = checkpoint.metadata["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in checkpoint.metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = checkpoint.metadata["tokenizer.ggml.token_type"]
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t, kind in zip(tokens, types) if kind == CONTROL])
    assert tokenizer.get_vocab_size() == len(tokens)
    return tokenizer


def chat_prompt(question: str) -> str:
    """The model's own template, written out for one user message and no system message."""
    system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    return (
        f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
    )


@torch.inference_mode()
def teacher_forced(model: torch.nn.Module, tokens: np.ndarray, full: Path | None) -> dict[str, np.ndarray]:
    hidden = model.model(torch.from_numpy(tokens[:POSITIONS].astype(np.int64))[None], use_cache=False)
    hidden = hidden.last_hidden_state[0]
    parts: dict[str, list[np.ndarray]] = {"top": [], "logprob": [], "rest": [], "nll": []}
    sink = open(full, "wb") if full else None
    for start in range(0, POSITIONS, ROWS):
        logprobs = torch.log_softmax(model.lm_head(hidden[start : start + ROWS]).double(), dim=1)
        top = torch.topk(logprobs, TOP, dim=1)
        outside = logprobs.scatter(1, top.indices, float("-inf"))
        following = torch.from_numpy(tokens[start + 1 : start + ROWS + 1].astype(np.int64))
        parts["top"].append(top.indices.numpy().astype("<u2"))
        parts["logprob"].append(top.values.numpy().astype("<f4"))
        parts["rest"].append(torch.logsumexp(outside, dim=1).numpy().astype("<f4"))
        parts["nll"].append(-logprobs.gather(1, following[:, None])[:, 0].numpy().astype("<f4"))
        if sink:
            sink.write(logprobs.float().numpy().astype("<f4").tobytes())
    if sink:
        sink.close()
    return {name: np.concatenate(values) for name, values in parts.items()}


@torch.inference_mode()
def short_prompts(model: torch.nn.Module, tokenizer: Tokenizer) -> list[dict]:
    texts = [
        "Hello",
        "The capital of France is",
        "def fibonacci(n):\n",
        "Numbers: 1, 2, 3, 14, 15, 92, 65,",
        chat_prompt("What is the capital of France?"),
    ]
    entries = []
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        generated, margins, logits = greedy(model, ids, GREEDY)
        top = torch.topk(logits, SHORT_TOP)
        entries.append(
            {
                "text": text,
                "ids": ids,
                "top_ids": top.indices.tolist(),
                "top_logits": top.values.tolist(),
                "greedy_ids": generated,
                "greedy_margins": margins,
                "greedy_text": tokenizer.decode(generated, skip_special_tokens=False),
            }
        )
    return entries


@torch.inference_mode()
def hidden_states(model: torch.nn.Module, tokenizer: Tokenizer) -> dict:
    """Largest magnitude and first 4 values of each position's vector, at a few depths."""
    points = {"embedding": model.model.embed_tokens}
    points |= {f"layer_{index}": model.model.layers[index] for index in HIDDEN_LAYERS}
    points["final_norm"] = model.model.norm
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str):
        def hook(_module, _arguments, output):
            seen[name] = (output[0] if isinstance(output, tuple) else output)[0].clone()

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in points.items()]
    ids = tokenizer.encode(HIDDEN_PROMPT, add_special_tokens=False).ids
    model(torch.tensor([ids]), use_cache=False)
    for handle in handles:
        handle.remove()
    return {
        "text": HIDDEN_PROMPT,
        "ids": ids,
        "checkpoints": [
            {
                "after": name,
                "max_abs": values.abs().amax(dim=1).tolist(),
                "first_4": values[:, :4].tolist(),
            }
            for name, values in seen.items()
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("gguf", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "golden")
    parser.add_argument("--full", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    checkpoint = LlamaGguf(arguments.gguf)
    tokenizer = tokenizer_of(checkpoint)
    raw = arguments.text.read_bytes()
    encoding = tokenizer.encode(raw.decode(), add_special_tokens=False)
    tokens = np.array(encoding.ids[: POSITIONS + 1], dtype="<u2")
    covered = len(raw.decode()[: encoding.offsets[POSITIONS][1]].encode())
    assert tokenizer.decode(encoding.ids[: POSITIONS + 1]) == raw[:covered].decode()
    model = load_model(checkpoint)

    started = time.time()
    golden = teacher_forced(model, tokens, arguments.full)
    print(f"{POSITIONS} positions in {time.time() - started:.1f} s, mean NLL {golden['nll'].mean(dtype=np.float64):.6f}")
    header = b"LLGF" + struct.pack("<5I", 1, POSITIONS, TOP, checkpoint.metadata["llama.vocab_size"], 0)
    order = [golden[name] for name in ("logprob", "rest", "nll", "top")] + [tokens]
    (arguments.output / "smollm2-teacher-forced.bin").write_bytes(header + b"".join(part.tobytes() for part in order))

    weights = hashlib.sha256()
    for name in sorted(checkpoint.tensors):
        weights.update(name.encode() + checkpoint.tensors[name].data.tobytes())
    provenance = {
        "produced_by": "model_smollm2_golden.py: gguf-py, transformers LlamaForCausalLM float32 eager, PyTorch CPU",
        "model": "SmolLM2-135M-Instruct, Q4_1 GGUF, Apache-2.0",
        "stored_tensors_sha256": weights.hexdigest(),
    }
    top_probability = np.exp(golden["logprob"][:, 0].astype(np.float64))
    correct = golden["top"][:, 0] == tokens[1:]
    write_json(
        arguments.output / "smollm2-teacher-forced.json",
        provenance
        | {
            "text": "WikiText-2 raw test split, first bytes; CC BY-SA 3.0",
            "text_sha256": hashlib.sha256(raw).hexdigest(),
            "text_bytes": covered,
            "positions": POSITIONS,
            "mean_nll_nats": float(golden["nll"].mean(dtype=np.float64)),
            "perplexity": float(np.exp(golden["nll"].mean(dtype=np.float64))),
            "top_1_accuracy": float(correct.mean()),
            "mean_top_1_probability": float(top_probability.mean()),
            "mean_rest_mass": float(np.exp(golden["rest"].astype(np.float64)).mean()),
        },
    )
    write_json(arguments.output / "smollm2-short.golden.json", provenance | {"prompts": short_prompts(model, tokenizer)})
    write_json(
        arguments.output / "smollm2-hidden-states.golden.json", provenance | hidden_states(model, tokenizer)
    )


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
