"""Proves that golden/stories260K-f32.gguf means the model that llama2.c runs.

usage: python model_stories260k_check.py golden/stories260K-f32.gguf golden/stories260K.golden.json

`stories260K.golden.json` was made by llama2.c's run.c, `stories260K-transformers.golden.json` is written here and holds
what the former lacks: losses of texts that are in the file. The mean NLL in the former belongs to stories of a data
set that is not part of this repository, so it is not checked here.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from model_llama_gguf import LlamaGguf, greedy, halves_from_neighbours, load_model


@torch.inference_mode()
def losses(model: torch.nn.Module, ids: list[int]) -> np.ndarray:
    """Negative log-likelihood in nats of ids[1:], each given the ids before it."""
    logits = model(torch.tensor([ids])).logits[0, :-1].double()
    return torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none").numpy()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("gguf", type=Path)
    parser.add_argument("golden", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    golden = json.loads(arguments.golden.read_text())
    checkpoint = LlamaGguf([arguments.gguf])
    model = load_model(checkpoint)

    sequence = golden["greedy_from_bos"]
    with torch.inference_mode():
        logits = model(torch.tensor([sequence])).logits[0]
    expected = torch.tensor(golden["greedy_logits_first16"])
    difference = float((logits[:16] - expected).abs().max())
    print(f"logits of 16 positions: largest difference {difference:.2e}")
    assert difference < 2e-5

    assert logits[:-1].argmax(1).tolist() == sequence[1:], "greedy tokens from BOS differ"
    print(f"greedy from BOS: {len(sequence) - 1} tokens equal")
    for prompt in golden["prompts"]:
        ids, _, _ = greedy(model, prompt["prompt_ids"], len(prompt["greedy_ids"]))
        assert ids == prompt["greedy_ids"], f"greedy tokens after {prompt['prompt_ids']} differ"
        print(f"greedy after {len(prompt['prompt_ids'])} prompt tokens: {len(ids)} tokens equal")

    # The check must be able to fail: with the permutation applied once too often the logits are far off.
    wrong = load_model(checkpoint)
    heads = {"q": wrong.config.num_attention_heads, "k": wrong.config.num_key_value_heads}
    for layer in wrong.model.layers:
        for name, count in heads.items():
            weight = getattr(layer.self_attn, f"{name}_proj").weight
            weight.data = torch.from_numpy(halves_from_neighbours(weight.data.numpy(), count))
    with torch.inference_mode():
        far = float((wrong(torch.tensor([sequence[:16]])).logits[0] - expected).abs().max())
    print(f"with permuted rows instead: largest difference {far:.2f}")
    assert far > 0.5

    written = {
        "produced_by": "model_stories260k_check.py: gguf-py, transformers LlamaForCausalLM float32, losses in float64",
        "nll_nats": [
            {"ids": ids, "nll": [round(float(x), 6) for x in values], "mean": float(values.mean())}
            for ids, values in (
                (item["ids"], losses(model, item["ids"])) for item in golden["encode_bos"] if len(item["ids"]) > 1
            )
        ],
        "greedy_from_bos_mean_nll_nats": float(losses(model, sequence).mean()),
    }
    path = arguments.golden.with_name("stories260K-transformers.golden.json")
    path.write_text(json.dumps(written) + "\n")
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
