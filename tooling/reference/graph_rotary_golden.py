# Requirements: python 3.11, torch==2.13.0, transformers==5.23.0, numpy==2.4.6
"""Writes packages/graph/test/golden/rotary.golden.json: rotary frequencies, and cosines and sines at a few positions,
as the Llama and Phi 3 of transformers compute them in float32.

`divisors` has no counterpart there: GGUF stores Llama 3.1's scaling as one divisor per frequency, so its case is
llama3's with the divisors that lead to it.

Run: python tooling/reference/graph_rotary_golden.py
"""

import json
from pathlib import Path

import torch
from transformers import LlamaConfig, Phi3Config
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
from transformers.models.phi3.modeling_phi3 import Phi3RotaryEmbedding

POSITIONS = [0, 1, 7, 100, 2047, 8191, 131071]
OUT = Path(__file__).parents[2] / "packages/graph/test/golden/rotary.golden.json"
LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}


def tables(head_size, parameters):
    config = LlamaConfig(
        hidden_size=4 * head_size,
        num_attention_heads=4,
        head_dim=head_size,
        max_position_embeddings=131072,
        rope_parameters=parameters,
    )
    rotary = LlamaRotaryEmbedding(config)
    cosines, sines = rotary(torch.zeros(1, len(POSITIONS), 1), torch.tensor([POSITIONS]))
    half = head_size // 2
    return {
        "frequencies": rotary.inv_freq.tolist(),
        "cosines": cosines[0, :, :half].tolist(),
        "sines": sines[0, :, :half].tolist(),
    }


def yarn_case(name, head_size, theta, original, **options):
    """`options` as in the configurations of Llamella and, in Python's spelling, of transformers."""
    names = {"attention_factor": "attentionFactor", "beta_fast": "betaFast", "beta_slow": "betaSlow"}
    scaling = {"kind": "yarn", "factor": 4.0, "originalContextLength": original}
    scaling |= {names.get(key, key): value for key, value in options.items()}
    parameters = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": original, **options}
    return case(name, head_size, theta, scaling, parameters)


def longrope_case(name, head_size, part, contexts, **options):
    """Frequencies of a sequence of the second of two lengths, for a model trained with the first."""
    original, length, longest = contexts
    size = int(head_size * part)
    short = [1 + 0.125 * index for index in range(size // 2)]
    long = [1 + 0.5 * index * index for index in range(size // 2)]
    parameters = {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": short, "long_factor": long}
    config = Phi3Config(
        hidden_size=4 * head_size,
        num_attention_heads=4,
        max_position_embeddings=longest,
        original_max_position_embeddings=original,
        pad_token_id=0,
        rope_parameters={**parameters, "partial_rotary_factor": part, **options},
    )
    rotary = Phi3RotaryEmbedding(config)
    positions = [position for position in POSITIONS if position < length]
    cosines, sines = rotary(torch.zeros(1, len(positions), 1), torch.tensor([positions[:-1] + [length - 1]]))
    scaling = {
        "kind": "longrope",
        "shortDivisors": short,
        "longDivisors": long,
        "originalContextLength": original,
        **({"attentionFactor": options["attention_factor"]} if options else {}),
    }
    return {
        "name": name,
        "headSize": head_size,
        "rotarySize": size,
        "contextLength": longest,
        "ropeTheta": 10000.0,
        "ropeScaling": scaling,
        "positions": positions[:-1] + [length - 1],
        "frequencies": rotary.inv_freq.tolist(),
        "cosines": cosines[0, :, : size // 2].tolist(),
        "sines": sines[0, :, : size // 2].tolist(),
    }


def case(name, head_size, theta, scaling, parameters):
    golden = tables(head_size, {"rope_theta": theta, **parameters})
    return {"name": name, "headSize": head_size, "ropeTheta": theta, "ropeScaling": scaling, **golden}


def llama3(factor):
    scaling = {
        "kind": "llama3",
        "factor": factor,
        "lowFrequencyFactor": LLAMA3["low_freq_factor"],
        "highFrequencyFactor": LLAMA3["high_freq_factor"],
        "originalContextLength": LLAMA3["original_max_position_embeddings"],
    }
    return scaling, {"rope_type": "llama3", "factor": factor, **LLAMA3}


def divisors_case(head_size, theta):
    _, parameters = llama3(8.0)
    plain = torch.tensor(tables(head_size, {"rope_theta": theta, "rope_type": "default"})["frequencies"])
    scaled = torch.tensor(tables(head_size, {"rope_theta": theta, **parameters})["frequencies"])
    scaling = {"kind": "divisors", "divisors": (plain / scaled).tolist()}
    return case("divisors", head_size, theta, scaling, parameters)


def main():
    none = ({"kind": "none"}, {"rope_type": "default"})
    linear = ({"kind": "linear", "factor": 4.0}, {"rope_type": "linear", "factor": 4.0})
    cases = [
        case("none", 64, 10000.0, *none),
        case("none, heads of 8", 8, 100000.0, *none),
        case("linear", 32, 10000.0, *linear),
        case("llama3, factor 8", 128, 500000.0, *llama3(8.0)),
        case("llama3, factor 32", 64, 500000.0, *llama3(32.0)),
        divisors_case(128, 500000.0),
        yarn_case("yarn", 128, 1000000.0, 32768),
        yarn_case("yarn, ends not rounded", 64, 10000.0, 4096, truncate=False, beta_fast=16.0, beta_slow=2.0),
        yarn_case("yarn, attention factor given", 16, 100.0, 64, attention_factor=1.25),
        longrope_case("longrope, short", 64, 1.0, (4096, 2048, 131072)),
        longrope_case("longrope, long", 64, 1.0, (4096, 8192, 131072)),
        longrope_case("longrope of a part, attention factor given", 64, 0.75, (64, 128, 128), attention_factor=1.5),
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(each) for each in cases)
    positions = json.dumps(POSITIONS)
    source = '"transformers 5.23.0, LlamaRotaryEmbedding; tooling/reference/graph_rotary_golden.py"'
    OUT.write_text(f'{{\n"source": {source},\n"positions": {positions},\n"cases": [\n{lines}\n]\n}}\n')


main()
