"""Reads GGUF files that `llamella convert` wrote with gguf-py, and compares two of them.

    pip install gguf==0.19.0 numpy==2.4.6
    python convert_gguf_check.py FILE [OTHER]

Prints keys that differ, and per tensor type the largest difference of dequantized weights to those of OTHER.
"""

import sys
from collections import defaultdict

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize


def weights(tensor):
    return dequantize(tensor.data, tensor.tensor_type)


def main():
    reader = GGUFReader(sys.argv[1])
    print(len(reader.fields), "fields,", len(reader.tensors), "tensors")
    if len(sys.argv) < 3:
        for tensor in reader.tensors:
            assert np.isfinite(weights(tensor)).all(), tensor.name
        return
    other = GGUFReader(sys.argv[2])
    for key in sorted(set(reader.fields) | set(other.fields)):
        if key.startswith("GGUF."):
            continue
        ours, theirs = (each.fields[key].contents() if key in each.fields else None for each in (reader, other))
        if ours != theirs:
            print(key, str(ours)[:80], "|", str(theirs)[:80])
    names = {tensor.name: tensor for tensor in other.tensors}
    print("only in one:", set(names) ^ {tensor.name for tensor in reader.tensors})
    largest = defaultdict(float)
    for tensor in reader.tensors:
        against = names.get(tensor.name)
        if against is None:
            continue
        assert list(tensor.shape) == list(against.shape), tensor.name
        pair = f"{against.tensor_type.name} to {tensor.tensor_type.name}"
        largest[pair] = max(largest[pair], float(np.abs(weights(tensor) - weights(against)).max()))
    print(dict(largest))


main()
