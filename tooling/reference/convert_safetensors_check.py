"""Loads a folder that `llamella convert --to safetensors` wrote into transformers, and compares.

    pip install transformers==5.23.0 torch==2.13.0 tokenizers==0.23.3
    python convert_safetensors_check.py FOLDER EXPECTED.json

EXPECTED.json: a list of {"prompt": text, "promptTokens": ids, "tokens": ids}, greedy tokens of this project's engine with
`exact: true`; or an object {"tokens": ids, "logits": rows} with logits of transformers for the model that was converted.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main():
    folder, expected = sys.argv[1], json.load(open(sys.argv[2]))
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    print({key: value for key, value in info.items() if value})
    model.eval()
    if isinstance(expected, dict):
        ids = torch.tensor([expected["tokens"]])
        with torch.no_grad():
            logits = model(ids).logits[0]
        wanted = torch.tensor(expected["logits"])
        print("largest difference", float((logits[-wanted.shape[0] :] - wanted).abs().max()))
        return
    tokenizer = AutoTokenizer.from_pretrained(folder)
    agreed = 0
    for case in expected:
        ids = tokenizer(case["prompt"])["input_ids"]
        sequence = list(case["promptTokens"])
        with torch.no_grad():
            past = None
            step = torch.tensor([sequence])
            tokens = []
            while len(tokens) < len(case["tokens"]):
                result = model(step, past_key_values=past, use_cache=True)
                past = result.past_key_values
                tokens.append(int(result.logits[0, -1].argmax()))
                step = torch.tensor([tokens[-1:]])
        first = next((i for i, (a, b) in enumerate(zip(tokens, case["tokens"])) if a != b), None)
        agreed += first is None and ids == case["promptTokens"]
        text = tokenizer.decode(tokens)
        print(repr(case["prompt"]), "prompt", ids == case["promptTokens"], "differ at", first, repr(text[:40]))
    print("chat", repr(tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False)[:200]))
    print(f"{agreed} of {len(expected)} agree")


main()
