# Requirements: python 3.11, tokenizers==0.23.3, gguf==0.19.0
"""Token ids and offsets of seeded strings, by the library `tokenizers`, for packages/tokenizer.

Writes golden/<name>.hashes.bin (one hash per string, little endian uint32), and golden/readable.golden.json with
the ids of the first strings. A hash covers the ids and offsets with control tokens taken as text, a separator
0xFFFFFFFF, and the ids with control tokens parsed. It has no offsets where the vocabulary lacks a byte of the string:
the library leaves the byte out and its offsets shift. SmolLM2's tokenizer is built from its GGUF file: Digits, then
ByteLevel; control tokens are added tokens.

Run: python tokenizer_golden.py SmolLM2-135M-Instruct-Q4_1.gguf llama3_1/tokenizer.json
"""

import json
import struct
import sys

import gguf
from tokenizers import AddedToken, Tokenizer, __version__, decoders, models, pre_tokenizers
from tokenizer_strings import GOLDEN, fnv1a, random_string, utf16_offsets

SEED = 20261121
COUNT = 20000
READABLE = 200


def smollm2(path):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    model = models.BPE(vocab={token: id for id, token in enumerate(tokens)}, merges=merges)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    control = [AddedToken(t, special=True, normalized=False) for t, kind in zip(tokens, kinds) if kind == 3]
    tokenizer.add_special_tokens(control)
    return tokenizer


def missing_bytes(tokenizer):
    """Characters of the byte-level alphabet that the vocabulary lacks. The library leaves these bytes out."""
    return {character for character in pre_tokenizers.ByteLevel.alphabet() if tokenizer.token_to_id(character) is None}


def encode_both(tokenizer, text, missing):
    tokenizer.encode_special_tokens = True
    plain = tokenizer.encode(text)
    tokenizer.encode_special_tokens = False
    pieces = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)
    lossy = any(character in missing for piece, _ in pieces for character in piece)
    offsets = [] if lossy else utf16_offsets(text, plain.offsets)
    return plain.ids, offsets, tokenizer.encode(text).ids


def main(gguf_path, json_path):
    tokenizers = {"smollm2": smollm2(gguf_path), "llama3_1": Tokenizer.from_file(json_path)}
    strings = [random_string(SEED, index) for index in range(COUNT)]
    readable = [{"text": text} for text in strings[:READABLE]]
    for name, tokenizer in tokenizers.items():
        missing = missing_bytes(tokenizer)
        hashes = []
        for index, text in enumerate(strings):
            ids, offsets, parsed = encode_both(tokenizer, text, missing)
            hashes.append(fnv1a([*ids, *offsets, 0xFFFFFFFF, *parsed]))
            if index < READABLE:
                readable[index][name] = {"ids": ids, "offsets": offsets, "parsed": parsed}
        (GOLDEN / f"{name}.hashes.bin").write_bytes(struct.pack(f"<{COUNT}I", *hashes))
    document = {"producedBy": f"tokenizers {__version__}", "seed": SEED, "count": COUNT, "cases": readable}
    lines = json.dumps(document, ensure_ascii=True, separators=(",", ":")).replace('{"text"', '\n{"text"')
    (GOLDEN / "readable.golden.json").write_text(lines + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
