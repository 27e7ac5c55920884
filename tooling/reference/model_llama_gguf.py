"""Reads a Llama GGUF (one file or its splits) into transformers' LlamaForCausalLM, float32, eager attention.

gguf-py dequantizes; transformers computes. Neither shares code with Llamella, which makes them an oracle.
"""

from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

LAYER_TENSORS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


class LlamaGguf:
    """Metadata and dequantized tensors of a GGUF with architecture `llama`."""

    def __init__(self, paths: Sequence[str | Path]):
        readers = [gguf.GGUFReader(path) for path in paths]
        self.metadata = {name: field.contents() for name, field in readers[0].fields.items()}
        self.tensors = {tensor.name: tensor for reader in readers for tensor in reader.tensors}
        splits = self.metadata.get("split.count", 1)
        if splits not in (0, len(paths)):
            raise SystemExit(f"{paths[0]}: belongs to {splits} split files, {len(paths)} were given")
        if self.metadata["general.architecture"] != "llama":
            raise SystemExit(f"{paths[0]}: architecture {self.metadata['general.architecture']}, expected llama")
        if "rope_freqs.weight" in self.tensors:
            raise SystemExit(f"{paths[0]}: scaled rotary frequencies are not handled by this script")

    def tensor(self, name: str) -> np.ndarray:
        """float32, outermost dimension first."""
        tensor = self.tensors[name]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        return np.array(values.reshape([int(n) for n in reversed(tensor.shape)]), dtype=np.float32)


def halves_from_neighbours(weight: np.ndarray, head_count: int) -> np.ndarray:
    """Reorders rows of q or k from rotation pairs (2i, 2i+1), as in GGUF, to (i, i + size/2), as transformers has it."""
    rows, columns = weight.shape
    pairs = weight.reshape(head_count, rows // head_count // 2, 2, columns)
    return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(rows, columns))


def load_model(checkpoint: LlamaGguf) -> LlamaForCausalLM:
    key = {name.removeprefix("llama."): value for name, value in checkpoint.metadata.items()}
    heads, kv_heads = key["attention.head_count"], key["attention.head_count_kv"]
    embedding = checkpoint.tensor("token_embd.weight")
    tied = "output.weight" not in checkpoint.tensors
    config = LlamaConfig(
        vocab_size=embedding.shape[0],
        hidden_size=key["embedding_length"],
        intermediate_size=key["feed_forward_length"],
        num_hidden_layers=key["block_count"],
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=key.get("rope.dimension_count", key["embedding_length"] // heads),
        max_position_embeddings=key["context_length"],
        rms_norm_eps=key["attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": key.get("rope.freq_base", 10000.0)},
        tie_word_embeddings=tied,
        dtype=torch.float32,
        attn_implementation="eager",
    )
    state = {"model.embed_tokens.weight": embedding, "model.norm.weight": checkpoint.tensor("output_norm.weight")}
    state["lm_head.weight"] = embedding if tied else checkpoint.tensor("output.weight")
    for layer in range(key["block_count"]):
        for source, target in LAYER_TENSORS.items():
            weight = checkpoint.tensor(f"blk.{layer}.{source}.weight")
            if source in ("attn_q", "attn_k"):
                weight = halves_from_neighbours(weight, heads if source == "attn_q" else kv_heads)
            state[f"model.layers.{layer}.{target}.weight"] = weight
    model = LlamaForCausalLM(config)
    model.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()}, strict=True)
    model.eval()
    assert model.config._attn_implementation == "eager" and model.dtype == torch.float32
    return model


@torch.inference_mode()
def greedy(model: LlamaForCausalLM, prompt: Sequence[int], count: int) -> tuple[list[int], list[float], torch.Tensor]:
    """`count` most likely tokens, the margin of each over the runner-up, and the logits after the prompt."""
    output = model(torch.tensor([list(prompt)]), use_cache=True)
    first = logits = output.logits[0, -1]
    ids: list[int] = []
    margins: list[float] = []
    for step in range(count):
        best = torch.topk(logits, 2)
        ids.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        if step + 1 < count:
            output = model(torch.tensor([[ids[-1]]]), past_key_values=output.past_key_values, use_cache=True)
            logits = output.logits[0, -1]
    return ids, margins, first
