"""Writes stories260K (llama2.c checkpoint and tokenizer) as a GGUF v3 file with float32 tensors.

usage: python stories260k_to_gguf.py stories260K.bin tok512.bin golden/stories260K-f32.gguf

Rotary pairs: GGUF's `llama` architecture stores the rows of q and k so that neighbours (2i, 2i+1) rotate together.
Meta's training code and llama2.c do the same, so the rows are copied as they are. The permutation known from
converters belongs to Hugging Face checkpoints, whose pairs are (i, i + size/2). `model_stories260k_check.py` proves
the choice against the logits that llama2.c itself computes.
"""

import struct
import sys
from pathlib import Path

import gguf
import numpy as np

NORM_EPSILON = 1e-5  # constant in llama2.c
ROPE_THETA = 10000.0  # constant in llama2.c
HEADER = struct.Struct("<7i")


def read_checkpoint(path: Path) -> tuple[dict[str, int], dict[str, np.ndarray]]:
    """Reads llama2.c's first ("legacy") format: 7 int32 followed by float32 tensors, layers stacked."""
    data = path.read_bytes()
    names = ("dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len")
    config = dict(zip(names, HEADER.unpack_from(data)))
    if config["vocab_size"] < 0:
        raise SystemExit(f"{path}: an output projection of its own is not handled by this script")
    dim, hidden, layers, vocab = (config[k] for k in ("dim", "hidden_dim", "n_layers", "vocab_size"))
    head_size = dim // config["n_heads"]
    kv_dim = head_size * config["n_kv_heads"]
    floats = np.frombuffer(data, dtype="<f4", offset=HEADER.size)
    tensors: dict[str, np.ndarray] = {}
    position = 0

    def take(*shape: int) -> np.ndarray:
        nonlocal position
        count = int(np.prod(shape))
        if position + count > floats.size:
            raise SystemExit(f"{path}: ends within a tensor of shape {shape} at float {position}")
        position += count
        return floats[position - count : position].reshape(shape)

    tensors["token_embd.weight"] = take(vocab, dim)
    stacked = (
        ("attn_norm", (dim,)),
        ("attn_q", (dim, dim)),
        ("attn_k", (kv_dim, dim)),
        ("attn_v", (kv_dim, dim)),
        ("attn_output", (dim, dim)),
        ("ffn_norm", (dim,)),
        ("ffn_gate", (hidden, dim)),
        ("ffn_down", (dim, hidden)),
        ("ffn_up", (hidden, dim)),
    )
    for name, shape in stacked:
        values = take(layers, *shape)
        for layer in range(layers):
            tensors[f"blk.{layer}.{name}.weight"] = values[layer]
    tensors["output_norm.weight"] = take(dim)
    take(2, config["seq_len"], head_size // 2)  # cosines and sines, which readers compute themselves
    if position != floats.size:
        raise SystemExit(f"{path}: {floats.size - position} floats are left after the last tensor")
    return config, tensors


def read_tokenizer(path: Path, vocabulary_size: int) -> tuple[list[bytes], list[float], list[int]]:
    """Reads llama2.c's tokenizer file: int32 longest token, then score, length and bytes of each token."""
    data = path.read_bytes()
    position = 4
    tokens: list[bytes] = []
    scores: list[float] = []
    types: list[int] = []
    for index in range(vocabulary_size):
        score, length = struct.unpack_from("<fi", data, position)
        position += 8
        text = data[position : position + length].decode()
        position += length
        if index == 0:
            kind = gguf.TokenType.UNKNOWN
        elif index in (1, 2):
            text, kind = text.strip("\n"), gguf.TokenType.CONTROL  # llama2.c stores them with line breaks around
        elif 3 <= index < 259:
            assert text == f"<0x{index - 3:02X}>", text
            kind = gguf.TokenType.BYTE
        else:
            text, kind = text.replace(" ", "\u2581"), gguf.TokenType.NORMAL
        tokens.append(text.encode())
        scores.append(score)
        types.append(int(kind))
    if position != len(data):
        raise SystemExit(f"{path}: {len(data) - position} bytes are left after token {vocabulary_size - 1}")
    return tokens, scores, types


def main() -> None:
    checkpoint, tokenizer, output = map(Path, sys.argv[1:4])
    config, tensors = read_checkpoint(checkpoint)
    tokens, scores, types = read_tokenizer(tokenizer, config["vocab_size"])

    writer = gguf.GGUFWriter(output, "llama")
    writer.add_name("stories260K")
    writer.add_license("mit")
    writer.add_source_url("https://huggingface.co/karpathy/tinyllamas")
    writer.add_block_count(config["n_layers"])
    writer.add_context_length(config["seq_len"])
    writer.add_embedding_length(config["dim"])
    writer.add_feed_forward_length(config["hidden_dim"])
    writer.add_head_count(config["n_heads"])
    writer.add_head_count_kv(config["n_kv_heads"])
    writer.add_rope_freq_base(ROPE_THETA)
    writer.add_layer_norm_rms_eps(NORM_EPSILON)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_rope_dimension_count(config["dim"] // config["n_heads"])
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
    for name, values in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
