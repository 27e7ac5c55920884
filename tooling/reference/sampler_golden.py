# Requirements: python 3.11, torch==2.13.0, transformers==5.23.0, numpy==2.4.6
"""Writes packages/sampler/test/golden/steps.json and transformers.json: every sampling step on a few vectors of logits,
as computed by the logits processors of transformers in float64, and beam search on a table of logits.

Run: python tooling/reference/sampler_golden.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.generation.logits_process import (
    EpsilonLogitsWarper,
    EtaLogitsWarper,
    ForcedEOSTokenLogitsProcessor,
    MinLengthLogitsProcessor,
    MinNewTokensLengthLogitsProcessor,
    MinPLogitsWarper,
    NoBadWordsLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    SequenceBiasLogitsProcessor,
    SuppressTokensAtBeginLogitsProcessor,
    SuppressTokensLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)
from transformers.modeling_outputs import CausalLMOutput

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


def typical_margin(scores, mass):
    """Distance between the mass and the nearest cumulative probability in the order of typicality."""
    logprobs = torch.log_softmax(scores[0], -1)
    probabilities = logprobs.exp()
    entropy = -(logprobs * probabilities).nansum()
    order = (-logprobs - entropy).abs().sort().indices
    return (probabilities[order].cumsum(-1) - mass).abs().min().item()


def truncations(logits):
    """What is left after the steps that steps.json does not have, by parameters: value, min_tokens_to_keep."""
    scores = torch.from_numpy(logits.copy()).double()[None]
    result = {"topK": {}, "topP": {}, "minP": {}, "typical": {}, "epsilon": {}, "eta": {}}
    for k, keep in ((40, 1), (3, 7), (300, 1)):
        result["topK"][f"{k},{keep}"] = kept(TopKLogitsWarper(k, min_tokens_to_keep=keep), scores)
    for p, keep in ((0.1003, 6), (0.9503, 3)):
        assert top_p_margin(scores, p) > 1e-9
        result["topP"][f"{p},{keep}"] = kept(TopPLogitsWarper(p, min_tokens_to_keep=keep), scores)
    for p, keep in ((0.51, 6), (0.013, 3)):
        result["minP"][f"{p},{keep}"] = kept(MinPLogitsWarper(p, min_tokens_to_keep=keep), scores)
    for p, keep in ((0.2003, 1), (0.5003, 1), (0.9003, 1), (0.9503, 1), (0.0503, 20)):
        if typical_margin(scores, p) > 1e-9:
            result["typical"][f"{p},{keep}"] = kept(TypicalLogitsWarper(p, min_tokens_to_keep=keep), scores)
    for p, keep in ((0.0003, 1), (0.0101, 1), (0.3, 1), (0.9, 5)):
        result["epsilon"][f"{p},{keep}"] = kept(EpsilonLogitsWarper(p, min_tokens_to_keep=keep), scores)
        result["eta"][f"{p},{keep}"] = kept(EtaLogitsWarper(p, min_tokens_to_keep=keep), scores)
    return result


def banned(processor, tokens):
    """Ids that a processor sets to -infinity after these tokens."""
    out = processor(torch.tensor([tokens]), torch.zeros(1, 16, dtype=torch.float64))[0]
    return torch.nonzero(torch.isinf(out)).flatten().tolist()


def bans(rng):
    cases = []
    for length in (1, 2, 3, 8, 20, 60):
        tokens = rng.integers(0, 6, length).tolist()
        words = [[4], [1, 2], [2, 0, 3], [5, 5, 5, 5, 5, 5, 5, 5, 5, 1]]
        sequences = [[[0], 1.5], [[2, 3], -4.0], [[1, 3], 0.5], [[3], float("-inf")], [[tokens[-1], 7], 2.0]]
        biased = SequenceBiasLogitsProcessor(sequences)(torch.tensor([tokens]), torch.zeros(1, 16))[0]
        cases.append(
            {
                "tokens": tokens,
                "ngrams": {n: banned(NoRepeatNGramLogitsProcessor(n), tokens) for n in (1, 2, 3, 5)},
                "words": words,
                "badWords": banned(NoBadWordsLogitsProcessor(words), tokens),
                "sequences": [[sequence, str(bias)] for sequence, bias in sequences],
                "biased": [str(bias) for bias in biased.tolist()],
                "minLength": banned(MinLengthLogitsProcessor(8, [3, 5]), tokens),
                "minTokens": banned(MinNewTokensLengthLogitsProcessor(2, 6, [3, 5]), tokens),
                "suppress": banned(SuppressTokensLogitsProcessor([1, 4]), tokens),
                "beginSuppress": banned(SuppressTokensAtBeginLogitsProcessor([1, 4], 2), tokens),
                "forcedEnd": banned(ForcedEOSTokenLogitsProcessor(9, [3, 5]), tokens),
            }
        )
    return cases


class Table(PreTrainedModel, GenerationMixin):
    """Logits that depend on the last token only."""

    config_class = PretrainedConfig
    main_input_name = "input_ids"

    def __init__(self, config, table):
        super().__init__(config)
        self.table = torch.nn.Parameter(table)

    def forward(self, input_ids, **_):
        return CausalLMOutput(logits=self.table[input_ids])

    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}


def make_model(table):
    size = table.shape[0]
    config = PretrainedConfig(vocab_size=size, is_encoder_decoder=False)
    config.num_hidden_layers = 1
    return Table(config, table).eval()


def preset_chains(vectors, rng):
    """The whole list of processors that `generate` makes of a configuration, in its order."""
    model = make_model(torch.zeros(SIZE, SIZE))
    cases = []
    every = {
        "temperature": 1.3, "top_k": 80, "top_p": 0.9503, "min_p": 0.0057, "typical_p": 0.9003, "epsilon_cutoff": 0.0011,
        "eta_cutoff": 0.0021, "repetition_penalty": 1.2, "no_repeat_ngram_size": 2, "bad_words_ids": [[5], [6, 7]],
        "min_new_tokens": 3, "suppress_tokens": [8, 9], "begin_suppress_tokens": [10], "eos_token_id": [11, 12],
    }
    for settings in ({}, {"temperature": 0.6, "top_k": 0, "top_p": 0.8003}, {"temperature": 2.0, "min_p": 0.0512}, every):
        for name in ("normal", "peaked", "ties", "ascending"):
            tokens = rng.integers(0, 40, 30).tolist()
            prompt = 30 if settings is not every or name != "ties" else 28
            config = GenerationConfig(**{"do_sample": True, "temperature": 1.0, "top_k": 50, "top_p": 1.0, **settings})
            model._prepare_special_tokens(config, device="cpu")
            processors = model._get_logits_processor(config, input_ids_seq_length=prompt)
            scores = torch.from_numpy(vectors[name].copy()).double()[None]
            out = torch.softmax(processors(torch.tensor([tokens]), scores), -1)[0].tolist()
            cases.append(
                {
                    "settings": settings,
                    "vector": name,
                    "tokens": tokens,
                    "prompt": prompt,
                    "processors": [type(processor).__name__ for processor in processors],
                    "distribution": [[i, float(f"{p:.9g}")] for i, p in enumerate(out) if p > 0],
                }
            )
    return cases


def beams(rng):
    cases = []
    for index in range(24):
        size = int(rng.choice([9, 23]))
        table = torch.from_numpy(rng.normal(0, 2, (size, size)).astype(np.float32))
        ends = [[1], [1, 2], [3]][index % 3]
        table[:, ends] += float(rng.choice([-1.0, 0.0, 1.5]))
        model = make_model(table)
        settings = {
            "num_beams": int(rng.choice([2, 3, 4])),
            "length_penalty": float(rng.choice([-1.0, 0.0, 1.0, 2.0])),
            "early_stopping": [True, False, "never"][int(rng.integers(0, 3))],
            "max_new_tokens": int(rng.choice([1, 5, 12])),
        }
        if index % 4 == 3:
            settings["no_repeat_ngram_size"] = 2
        config = GenerationConfig(
            **settings, num_return_sequences=settings["num_beams"], eos_token_id=ends, pad_token_id=0, do_sample=False,
            return_dict_in_generate=True, output_scores=True, use_cache=False,
        )
        with torch.no_grad():
            out = model.generate(torch.tensor([[5]]), generation_config=config)
        lengths = (out.beam_indices >= 0).sum(-1).tolist()
        texts = [row[1 : 1 + n] for row, n in zip(out.sequences.tolist(), lengths)]
        cases.append(
            {
                **settings, "ends": ends, "size": size, "table": base64_of(table.numpy()),
                "texts": [[text, score] for text, score in zip(texts, out.sequences_scores.tolist())],
            }
        )
    return cases


def guidance(vectors):
    """UnbatchedClassifierFreeGuidanceLogitsProcessor, without its model."""
    a, b = (torch.from_numpy(vectors[name].copy()).double() for name in ("normal", "ties"))
    a, b = torch.log_softmax(a, -1), torch.log_softmax(b, -1)
    return base64_of((1.7 * (a - b) + b).float().numpy())


def main_transformers():
    rng = np.random.default_rng(17)
    vectors = make_logits()
    document = {
        "source": "transformers 5.23.0 in float64",
        "truncations": {name: truncations(logits) for name, logits in vectors.items()},
        "bans": bans(rng),
        "chains": preset_chains(vectors, rng),
        "beams": beams(rng),
        "guidance": guidance(vectors),
    }
    OUT.with_name("transformers.json").write_text(json.dumps(document) + "\n")


def main():
    rng = np.random.default_rng(7)
    cases = {name: expected(logits, rng) for name, logits in make_logits().items()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"source": "transformers 5.23.0 in float64", "size": SIZE, "cases": cases}) + "\n")


main()
main_transformers()
