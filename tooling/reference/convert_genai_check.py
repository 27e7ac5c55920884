"""Runs folders that `llamella convert --to genai` wrote in ONNX Runtime GenAI, and compares greedy tokens.

    pip install onnxruntime-genai==0.18.0 onnxruntime==1.31.1
    python convert_genai_check.py FOLDER EXPECTED.json

EXPECTED.json: a list of {"prompt": text, "promptTokens": ids, "tokens": ids}, such as this project's engine gives. The
prompt is encoded by GenAI's own tokenizer, which has to agree too. Also runs the graph with a batch of two by ONNX
Runtime alone, whose rows have to be those of a batch of one.
"""

import json
import sys

import numpy as np
import onnxruntime
import onnxruntime_genai as genai


def generate(model, prompt_tokens, count):
    params = genai.GeneratorParams(model)
    params.set_search_options(max_length=len(prompt_tokens) + count + 1, do_sample=False)
    generator = genai.Generator(model, params)
    generator.append_tokens(prompt_tokens)
    tokens = []
    while len(tokens) < count and not generator.is_done():
        generator.generate_next_token()
        tokens.append(int(generator.get_next_tokens()[0]))
    return tokens


def check_batch(folder):
    config = json.load(open(f"{folder}/genai_config.json"))["model"]
    decoder = config["decoder"]
    session = onnxruntime.InferenceSession(f"{folder}/{decoder['filename']}", providers=["CPUExecutionProvider"])
    names = {value.name for value in session.get_inputs()}

    def run(ids):
        batch = len(ids)
        feeds = {"input_ids": np.array(ids, np.int64), "attention_mask": np.ones((batch, len(ids[0])), np.int64)}
        if "position_ids" in names:
            feeds["position_ids"] = np.tile(np.arange(len(ids[0]), dtype=np.int64), (batch, 1))
        shape = (batch, decoder["num_key_value_heads"], 0, decoder["head_size"])
        for layer in range(decoder["num_hidden_layers"]):
            for kind in ("key", "value"):
                feeds[f"past_key_values.{layer}.{kind}"] = np.zeros(shape, np.float32)
        return session.run(["logits"], feeds)[0]

    rows = [[1, 5, 9, 14, 20], [3, 7, 2, 40, 11]]
    both = run(rows)
    for index, row in enumerate(rows):
        alone = run([row])[0]
        assert both[index].shape == alone.shape
        print("batch row", index, "largest difference", float(np.abs(both[index] - alone).max()))


def main():
    folder, expected = sys.argv[1], json.load(open(sys.argv[2]))
    model = genai.Model(folder)
    tokenizer = genai.Tokenizer(model)
    agreed = total = 0
    for case in expected:
        ids = [int(token) for token in tokenizer.encode(case["prompt"])]
        same_prompt = ids == case["promptTokens"]
        tokens = generate(model, case["promptTokens"], len(case["tokens"]))
        first = next((i for i, (a, b) in enumerate(zip(tokens, case["tokens"])) if a != b), None)
        ended = len(tokens) < len(case["tokens"])
        agreed += first is None
        total += 1
        print(repr(case["prompt"]), "prompt", same_prompt, "tokens", len(tokens), "ended" if ended else "", "differ at", first)
        if not same_prompt:
            print(ids, case["promptTokens"])
    check_batch(folder)
    print(f"{agreed} of {total} prompts agree")


main()
