"""Measures the Python package tokenizers on one task of task.ts, on one thread. Prints the result as JSON."""

import array
import hashlib
import json
import sys
import time

from tokenizers import Tokenizer


def milliseconds(action):
    started = time.perf_counter()
    result = action()
    return result, (time.perf_counter() - started) * 1000


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def measure(tokenizer, task, text):
    def encode(value):
        return tokenizer.encode_batch_fast([value], add_special_tokens=False)[0]

    if "warmUpPath" in text:
        warm_up = read(text["warmUpPath"])
        for _ in range(task["warmUps"]):
            encode(warm_up)
    value = read(text["path"])
    encoding, first = milliseconds(lambda: encode(value))
    passes = [milliseconds(lambda: encode(value))[1] for _ in range(task["passes"])]
    ids = array.array("I", encoding.ids)
    if sys.byteorder == "big":
        ids.byteswap()
    digest = hashlib.sha256(ids.tobytes()).hexdigest()
    return {"name": text["name"], "count": len(ids), "hash": digest, "firstMs": first, "passesMs": passes}


def main():
    task = json.loads(sys.argv[1])
    content = read(task["vocabularyPath"])

    def load():
        loaded = Tokenizer.from_str(content)
        loaded.encode("word", add_special_tokens=False)
        return loaded

    tokenizer, load_ms = milliseconds(load)
    texts = [measure(tokenizer, task, text) for text in task["texts"]]
    print(json.dumps({"loadMs": load_ms, "texts": texts}))


main()
