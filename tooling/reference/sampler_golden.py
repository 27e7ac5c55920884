# Requirements: python 3.11, torch==2.13.0, transformers==5.23.0, numpy==2.4.6
"""Writes packages/sampler/test/golden/steps.json: every sampling step on a few vectors of logits, as computed by
the logits processors of transformers in float64.

Run: python tooling/reference/sampler_golden.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

SIZE = 512
OUT = Path(__file__).parents[2] / "packages/sampler/test/golden/steps.json"


def base64_of(array):
    return base64.b64encode(np.ascontiguousarray(array)).decode("ascii")


def make_logits():
    rng = np.random.default_rng(20260101)
    masked = rng.normal(0, 4, SIZE)
    masked[rng.permutation(SIZE)[: SIZE // 2]] = -np.inf
    spread = rng.normal(0, 1, SIZE) * 10.0 ** rng.integers(-20, 30, SIZE)
    zeros = rng.integers(-1, 2, SIZE) * 1.0
    zeros[::3] = -0.0
    vectors = {
        "normal": rng.normal(0, 3, SIZE),
        "peaked": np.where(np.arange(SIZE) == 417, 20.0, rng.normal(0, 2, SIZE)),
        "ties": np.round(rng.normal(0, 3, SIZE) * 2) / 2,
        "signed zeros": zeros,
        "flat": np.full(SIZE, -3.25),
        "ascending": np.arange(SIZE) / 97,
        "very negative": rng.normal(-5000, 2, SIZE),
        "spread": spread,
        "masked": masked,
        "one left": np.where(np.arange(SIZE) == 510, -7.0, -np.inf),
    }
    return {name: vector.astype(np.float32) for name, vector in vectors.items()}


def kept(processor, scores):
    out = processor(None, scores.clone())[0]
    return base64_of(np.packbits(torch.isfinite(out).numpy(), bitorder="little"))


def top_p_margin(scores, p):
    """Distance between p and the nearest cumulative probability: rounding decides when it is tiny."""
    cumulative = torch.softmax(scores[0].sort(descending=True).values, -1).cumsum(-1)
    return (cumulative - p).abs().min().item()


def min_p_margin(scores, p):
    ratio = torch.softmax(scores[0], -1) / torch.softmax(scores[0], -1).max()
    return min(((ratio - p).abs() / p)[ratio != p].tolist(), default=1.0)


def expected(logits, rng):
    scores = torch.from_numpy(logits).double()[None]
    tokens = rng.integers(0, SIZE, 200).astype(np.uint32)
    ids = torch.from_numpy(tokens.astype(np.int64))[None]
    result = {"logits": base64_of(logits), "topK": {}, "topP": {}, "minP": {}, "temperature": {}}
    for k in (1, 2, 40, 300, 511, 512):
        result["topK"][k] = kept(TopKLogitsWarper(k), scores)
    for p in (0.1003, 0.5003, 0.9503, 0.9993):
        assert top_p_margin(scores, p) > 1e-9, p
        result["topP"][p] = kept(TopPLogitsWarper(p), scores)
    for p in (0.013, 0.05, 0.51, 1.0):
        assert min_p_margin(scores, p) > 1e-7, p
        result["minP"][p] = kept(MinPLogitsWarper(p), scores)
    for temperature in (0.1, 1.5):
        out = TemperatureLogitsWarper(temperature)(None, scores)
        result["temperature"][temperature] = base64_of(torch.softmax(out, -1)[0].float().numpy())
    result["tokens"] = base64_of(tokens)
    result["repetition"] = {
        penalty: base64_of(RepetitionPenaltyLogitsProcessor(penalty)(ids, scores.clone())[0].float().numpy())
        for penalty in (1.3,)
    }
    logprobs = torch.log_softmax(scores, -1)[0]
    finite = torch.isfinite(logprobs)
    order = sorted(torch.nonzero(finite).flatten().tolist(), key=lambda i: (-logits[i].item(), i))[:10]
    result["logprobs"] = [[i, logprobs[i].item()] for i in order]

    chain = RepetitionPenaltyLogitsProcessor(1.1)(ids[:, -64:], scores.clone()).float().double()
    chain = after_top_k = TopKLogitsWarper(40)(None, chain)
    for warper in (TopPLogitsWarper(0.9), MinPLogitsWarper(0.043), TemperatureLogitsWarper(0.8)):
        chain = warper(None, chain)
    probabilities = torch.softmax(chain, -1)[0]
    result["chain"] = [[i, p] for i, p in enumerate(probabilities.tolist()) if p > 0]
    if torch.isfinite(after_top_k).sum() > 40:
        result["chain"] = []  # Equal logits at the end of the top 40, of which transformers keeps more.
    return result


def main():
    rng = np.random.default_rng(7)
    cases = {name: expected(logits, rng) for name, logits in make_logits().items()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"source": "transformers 5.23.0 in float64", "size": SIZE, "cases": cases}) + "\n")


main()
