# Requirements: python 3.11, numpy==2.4.6, onnx>=1.20, onnxruntime-genai==0.18.0
"""Writes packages/sampler/test/golden/genai.json: how often onnxruntime-genai draws each token from a model whose logits
are a row of a table, chosen by the last token.

Run: python tooling/reference/sampler_genai_golden.py
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime_genai as og
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).parents[2] / "packages/sampler/test/golden/genai.json"
SIZE = 32
DRAWS = 12_000
EOS = 31


def write_model(folder, table):
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "sequence", SIZE])
    node = helper.make_node("Gather", ["table", "input_ids"], ["logits"])
    graph = helper.make_graph([node], "table", [ids], [logits], [numpy_helper.from_array(table, "table")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "model.onnx")
    config = {
        "model": {
            "type": "llama",
            "bos_token_id": 0,
            "eos_token_id": EOS,
            "pad_token_id": EOS,
            "vocab_size": SIZE,
            "context_length": 64,
            "decoder": {
                "filename": "model.onnx",
                "head_size": 1,
                "hidden_size": 1,
                "num_attention_heads": 1,
                "num_hidden_layers": 0,
                "num_key_value_heads": 1,
                "session_options": {"provider_options": []},
                "inputs": {"input_ids": "input_ids"},
                "outputs": {"logits": "logits"},
            },
        },
        "search": {"max_length": 64},
    }
    (folder / "genai_config.json").write_text(json.dumps(config))


def main():
    rng = np.random.default_rng(23)
    table = np.round(rng.normal(0, 2, (SIZE, SIZE)), 2).astype(np.float32)
    table[:, EOS] += 3
    prompt = [4, 9, 4, 17, 9, 4]
    settings = [
        {"top_k": 50 if SIZE > 50 else 0, "top_p": 1.0, "temperature": 1.0},
        {"top_k": 8, "top_p": 0.0, "temperature": 1.0},
        {"top_k": 12, "top_p": 0.8, "temperature": 1.5},
        {"top_k": 12, "top_p": 0.8, "temperature": 0.6},
        {"top_k": 0, "top_p": 0.7, "temperature": 1.2},
        {"top_k": 20, "top_p": 0.9, "temperature": 1.0, "repetition_penalty": 1.8, "no_repeat_ngram_size": 2, "min_length": 9},
    ]
    cases = []
    with tempfile.TemporaryDirectory() as name:
        write_model(Path(name), table)
        model = og.Model(name)
        for index, options in enumerate(settings):
            parameters = og.GeneratorParams(model)
            parameters.set_search_options(do_sample=True, max_length=64, random_seed=index + 1, **options)
            generator = og.Generator(model, parameters)
            generator.append_tokens(np.array([prompt], dtype=np.int32))
            counts = [0] * SIZE
            for _ in range(DRAWS):
                generator.generate_next_token()
                counts[int(generator.get_next_tokens()[0])] += 1
                generator.rewind_to(len(prompt) - 1)
                generator.append_tokens(np.array([prompt[-1:]], dtype=np.int32))
            cases.append({**options, "counts": counts})
    logits = table[prompt[-1]].tolist()
    OUT.write_text(json.dumps({"source": "onnxruntime-genai 0.18.0", "prompt": prompt, "end": EOS, "logits": logits, "cases": cases}) + "\n")


main()
