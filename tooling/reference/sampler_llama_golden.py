# Requirements: python 3.11, numpy==2.4.6, and the libraries of npm package @node-llama-cpp/linux-x64 3.22.1, which are
# llama.cpp v0.5.0. Run from tooling/reference, after sampler_golden.py, whose vectors it uses:
#
#   npm pack @node-llama-cpp/linux-x64@3.22.1 && tar xzf node-llama-cpp-linux-x64-3.22.1.tgz
#   python sampler_llama_golden.py package/bins/linux-x64
"""Writes packages/sampler/test/golden/llama.json: what the samplers of llama.cpp make of the vectors of steps.json.
No model is loaded: the samplers work on an array of candidates."""

import base64
import ctypes
import json
import sys
from ctypes import POINTER, byref, c_bool, c_float, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parents[2] / "packages/sampler/test/golden"
SIZE = 512


class TokenData(ctypes.Structure):
    _fields_ = [("id", c_int32), ("logit", c_float), ("p", c_float)]


class TokenDataArray(ctypes.Structure):
    _fields_ = [("data", POINTER(TokenData)), ("size", c_size_t), ("selected", c_int64), ("sorted", c_bool)]


class LogitBias(ctypes.Structure):
    _fields_ = [("token", c_int32), ("bias", c_float)]


class Vector(ctypes.Structure):
    """std::vector of the GNU C++ library."""

    _fields_ = [("begin", c_void_p), ("end", c_void_p), ("limit", c_void_p)]


def open_library(folder):
    libraries = {path.name: path for path in Path(folder).glob("*.so")}
    for name in ("libggml-base.so", *(n for n in libraries if n.startswith("libggml.v"))):
        ctypes.CDLL(str(libraries[name]), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(next(p for n, p in libraries.items() if n.startswith("libllama.v"))))
    signatures = {
        "top_k": [c_int32],
        "top_p": [c_float, c_size_t],
        "min_p": [c_float, c_size_t],
        "typical": [c_float, c_size_t],
        "top_n_sigma": [c_float],
        "temp": [c_float],
        "temp_ext": [c_float, c_float, c_float],
        "xtc": [c_float, c_float, c_size_t, c_uint32],
        "penalties": [c_int32, c_int32, c_float, c_float, c_float],
        "mirostat": [c_int32, c_uint32, c_float, c_float, c_int32],
        "mirostat_v2": [c_uint32, c_float, c_float],
        "adaptive_p": [c_float, c_float, c_uint32],
        "logit_bias": [c_int32, c_int32, POINTER(LogitBias)],
    }
    make = {}
    for name, arguments in signatures.items():
        make[name] = getattr(library, f"llama_sampler_init_{name}")
        make[name].argtypes, make[name].restype = arguments, c_void_p
    dry = library._Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE
    dry.argtypes, dry.restype = [c_float, c_float, c_int32, c_int32, c_void_p], c_void_p

    def make_dry(multiplier, base, allowed, last, breakers):
        arrays = [np.array(b, dtype=np.int32) for b in breakers]
        inner = (Vector * max(1, len(arrays)))()
        for vector, array in zip(inner, arrays):
            vector.begin = array.ctypes.data
            vector.end = vector.limit = array.ctypes.data + array.nbytes
        start = ctypes.addressof(inner)
        end = start + len(arrays) * ctypes.sizeof(Vector)
        outer = Vector(start, end, end)
        return dry(multiplier, base, allowed, last, ctypes.addressof(outer))

    make["dry"] = make_dry
    for name in ("apply", "accept", "free"):
        getattr(library, f"llama_sampler_{name}").restype = None
    library.llama_sampler_apply.argtypes = [c_void_p, POINTER(TokenDataArray)]
    library.llama_sampler_accept.argtypes = [c_void_p, c_int32]
    return library, make


def apply(library, samplers, logits):
    """Applies samplers in turn. Returns the array of candidates as (ids, logits, index of the selected one)."""
    data = (TokenData * len(logits))(*((i, float(l), 0.0) for i, l in enumerate(logits)))
    array = TokenDataArray(data, len(logits), -1, False)
    for sampler in samplers:
        library.llama_sampler_apply(sampler, byref(array))
    ids = [array.data[i].id for i in range(array.size)]
    left = np.array([array.data[i].logit for i in range(array.size)], dtype=np.float32)
    return ids, left, array.selected


def softmax(logits):
    weights = np.exp(logits.astype(np.float64) - logits.max())
    return weights / weights.sum()


def kept(result):
    ids, logits, _ = result
    bits = np.zeros(SIZE, dtype=bool)
    bits[[i for i, l in zip(ids, logits) if l != -np.inf]] = True
    return base64.b64encode(np.packbits(bits, bitorder="little")).decode()


def distribution(result):
    ids, logits, _ = result
    return sorted([i, float(f"{p:.7g}")] for i, p in zip(ids, softmax(logits)) if p > 1e-9)


def slope(result, logits):
    """The temperature that the logits were divided by, from the largest and the smallest."""
    ids, after, _ = result
    low, high = np.argmin(np.where(np.isfinite(after), after, np.inf)), np.argmax(after)
    if after[low] == after[high]:
        return None
    return (float(logits[ids[high]]) - float(logits[ids[low]])) / (float(after[high]) - float(after[low]))


def changed(result, logits):
    ids, after, _ = result
    return sorted([i, float(l)] for i, l in zip(ids, after) if l != logits[i])


def accepted(library, sampler, tokens):
    for token in tokens:
        library.llama_sampler_accept(sampler, int(token))
    return sampler


def repetitive(rng, length):
    """Tokens in which phrases come again, and some of them at the end."""
    phrases = [rng.integers(0, 12, rng.integers(2, 9)).tolist() for _ in range(4)]
    tokens = []
    while len(tokens) < length:
        tokens += phrases[rng.integers(0, 4)] if rng.random() < 0.7 else rng.integers(0, 12, 2).tolist()
    return tokens[:length]


def steps_of(library, make, name, logits):
    def run(sampler):
        return apply(library, [sampler], logits)

    result = {
        "topK": {k: kept(run(make["top_k"](k))) for k in (1, 40, 300)},
        "topP": {f"{p},{m}": kept(run(make["top_p"](p, m))) for p, m in ((0.3003, 0), (0.9503, 0), (0.1003, 9))},
        "minP": {f"{p},{m}": kept(run(make["min_p"](p, m))) for p, m in ((0.0512, 0), (0.0007, 0), (0.91, 9))},
        "topNSigma": {n: kept(run(make["top_n_sigma"](n))) for n in (0.77, 1.53, 3.01)},
        "xtc": {f"{t},{m}": kept(run(make["xtc"](1.0, t, m, 1))) for t, m in ((0.1, 0), (0.0123, 0), (0.0123, 505))},
        "temperature": {t: slope(run(make["temp"](t)), logits) for t in (0.7,)},
        "xtcOff": kept(run(make["xtc"](1.0, 0.51, 0, 1))),
    }
    finite = np.isfinite(logits).all()
    if finite:  # Its entropies are not those of the tokens that are left when some are at -infinity.
        result["dynamic"] = {
            f"{t},{r},{e}": slope(run(make["temp_ext"](t, r, e)), logits)
            for t, r, e in ((1.0, 0.5, 1.0), (0.8, 0.79, 2.3), (0.7, 2.0, 0.6))
        }
        result["typical"] = {
            f"{p},{m}": kept(run(make["typical"](p, m))) for p, m in ((0.2003, 1), (0.5003, 1), (0.9503, 1), (0.1, 30))
        }
    return result


def dry_cases(library, make):
    rng = np.random.default_rng(11)
    cases = []
    for index in range(60):
        tokens = repetitive(rng, int(rng.integers(1, 150)))
        options = {
            "multiplier": float(rng.choice([0.8, 2.0])),
            "base": float(rng.choice([1.0, 1.75, 1.1, 9.0])),
            "allowedLength": int(rng.integers(0, 5)),
            "window": int(rng.choice([7, 64, 4096])),
            "breakers": [rng.integers(0, 12, rng.integers(1, 4)).tolist() for _ in range(index % 4)],
        }
        sampler = make["dry"](*options.values())
        logits = rng.normal(0, 3, 16).astype(np.float32)
        after = apply(library, [accepted(library, sampler, tokens)], logits)
        cases.append({**options, "tokens": tokens, "logits": logits.tolist(), "changed": changed(after, logits)})
    long = {"multiplier": 1.0, "base": 1.75, "allowedLength": 2, "window": 4096, "breakers": []}
    tokens = [3, 1, 4] * 120
    logits = np.zeros(16, dtype=np.float32)
    after = apply(library, [accepted(library, make["dry"](*long.values()), tokens)], logits)
    cases.append({**long, "tokens": tokens, "logits": logits.tolist(), "changed": changed(after, logits)})
    return cases


def penalty_cases(library, make):
    rng = np.random.default_rng(12)
    cases = []
    for repetition, frequency, presence, window in ((1.3, 0, 0, 64), (1, 0.7, 0.3, 64), (1.1, 0.2, -0.4, 5), (0.8, -0.5, 0.1, 200)):
        tokens = rng.integers(0, 16, 100).tolist()
        logits = rng.normal(0, 3, 16).astype(np.float32)
        sampler = accepted(library, make["penalties"](16, window, repetition, frequency, presence), tokens)
        options = {"repetitionPenalty": repetition, "frequencyPenalty": frequency, "presencePenalty": presence}
        after = apply(library, [sampler], logits)
        cases.append({**options, "penaltyWindow": window, "tokens": tokens, "logits": logits.tolist(), "changed": changed(after, logits)})
    return cases


def drawn_sequences(library, make, vectors):
    """Mirostat and adaptive-p over 40 tokens: how many candidates were left, and which was drawn."""
    makers = {
        "mirostat 1": (lambda tau, eta: make["mirostat"](SIZE, 5, tau, eta, 100), ((5.0, 0.1), (2.0, 0.4))),
        "mirostat 2": (lambda tau, eta: make["mirostat_v2"](5, tau, eta), ((5.0, 0.1), (2.0, 0.4))),
        "adaptive-p": (lambda target, decay: make["adaptive_p"](target, decay, 5), ((0.3, 0.9), (0.05, 0.5))),
    }
    result = []
    for name, (maker, parameters) in makers.items():
        for pair in parameters:
            sampler = maker(*pair)
            steps = []
            for index in range(40):
                vector = ("normal", "peaked", "ties", "very negative")[index % 4]
                ids, logits, selected = apply(library, [sampler], vectors[vector])
                library.llama_sampler_accept(sampler, ids[selected])
                steps.append([vector, int(np.isfinite(logits).sum()), ids[selected], float(softmax(logits)[selected])])
            result.append({"name": name, "parameters": pair, "steps": steps})
    return result


def chain_cases(library, make, vectors):
    """The default chain of common/sampling.cpp, as far as its samplers do something, and with every sampler on."""
    rng = np.random.default_rng(13)
    cases = []
    every = {
        "temperature": 1.2, "topK": 60, "topP": 0.9503, "minP": 0.0123, "typicalP": 0.9003, "topNSigma": 2.5,
        "dynamicTemperatureRange": 0.4, "dynamicTemperatureExponent": 1.5, "xtcProbability": 1.0, "xtcThreshold": 0.1,
        "minKeep": 3, "repetitionPenalty": 1.1, "frequencyPenalty": 0.2, "presencePenalty": 0.1, "penaltyWindow": 64,
        "dryMultiplier": 0.8, "dryBase": 1.75, "dryAllowedLength": 2, "dryWindow": 64, "dryBreakers": [[1], [2, 3]],
        "logitBias": {"3": 2.5, "7": -1.0, "9": "-Infinity"},
    }
    for options in ({}, {"repetitionPenalty": 1.2}, {"temperature": 0.4, "topK": 0, "minP": 0}, every):
        for name in ("normal", "peaked", "very negative", "ascending"):
            tokens = repetitive(rng, 90)
            o = {"temperature": 0.8, "topK": 40, "topP": 0.95, "minP": 0.05, **options}
            keep = o.get("minKeep", 0)
            bias = {int(k): float(v.replace("Infinity", "inf") if isinstance(v, str) else v) for k, v in o.get("logitBias", {}).items()}
            samplers = [
                make["logit_bias"](SIZE, len(bias), (LogitBias * len(bias))(*bias.items())),
                make["penalties"](SIZE, 64, o.get("repetitionPenalty", 1), o.get("frequencyPenalty", 0), o.get("presencePenalty", 0)),
                make["dry"](o.get("dryMultiplier", 0), 1.75, 2, 64, o.get("dryBreakers", [])) if "dryMultiplier" in o else make["top_k"](0),
                make["top_n_sigma"](o.get("topNSigma", -1)),
                make["top_k"](o["topK"]),
                make["typical"](o.get("typicalP", 1), keep),
                make["top_p"](o["topP"], keep),
                make["min_p"](o["minP"], keep),
                make["xtc"](o.get("xtcProbability", 0), o.get("xtcThreshold", 0.1), keep, 1),
                make["temp_ext"](o["temperature"], o.get("dynamicTemperatureRange", 0), o.get("dynamicTemperatureExponent", 1)),
            ]
            for sampler in samplers:
                accepted(library, sampler, tokens)
            result = distribution(apply(library, samplers, vectors[name]))
            cases.append({"options": options, "vector": name, "tokens": tokens, "distribution": result})
    return cases


def main():
    library, make = open_library(sys.argv[1])
    stored = json.loads((GOLDEN / "steps.json").read_text())["cases"]
    vectors = {n: np.frombuffer(base64.b64decode(c["logits"]), dtype=np.float32) for n, c in stored.items()}
    del vectors["spread"]  # Up to 1e29, where its sums and buckets overflow.
    document = {
        "source": "llama.cpp v0.5.0",
        "steps": {name: steps_of(library, make, name, logits) for name, logits in vectors.items()},
        "dry": dry_cases(library, make),
        "penalties": penalty_cases(library, make),
        "drawn": drawn_sequences(library, make, vectors),
        "chains": chain_cases(library, make, vectors),
    }
    (GOLDEN / "llama.json").write_text(json.dumps(document) + "\n")


main()
