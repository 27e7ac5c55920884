# Requirements: python 3.11, tokenizers==0.23.3, gguf==0.19.0, brotli==1.1.0
"""Outputs of the library `tokenizers` for 200,000 seeded strings, for packages/tokenizer.

Tokenizers: SmolLM2 (built from its GGUF file: Digits, then ByteLevel; control tokens are added tokens), Llama 3.1,
Llama 2, GPT-2, torchtitan's of 2,000 tokens, and the Unigram and WordPiece tokenizers in packages/tokenizer/test/fixtures.

Writes golden/NAME.blocks.bin: one CRC-32 per block of 50 strings, little endian. For each string it takes in, as
little endian uint32: the number of ids, the ids and their UTF-16 offsets, with control tokens taken as text; the
number of ids and the ids with control tokens parsed; then, as UTF-16, both decodings of these, with and without
control tokens. Also writes golden/readable.golden.json: all of it for the first strings.

Where packages/tokenizer means to differ, the comparison steps aside:
- It has no offsets where a byte-level vocabulary lacks a byte of the string: the library leaves the byte out and its
  offsets shift.
- The library's Unigram gives control tokens for their names even where these are text. Here they have other names
  then, and a string in which the normalizer makes such a name is empty.
- The library's normalizers and its pre-tokenizer for BERT know Unicode 8. Marks and punctuation that were added
  later (fixtures/newer-than-unicode-8.json) become "x" for Unigram and WordPiece.

Run: python tokenizer_golden.py SmolLM2-135M-Instruct-Q4_1.gguf FOLDER_OF_TOKENIZERS [NAME [BLOCK]]
The folder has llama3_1, llama2, gpt2 and torchtitan-2k. With NAME, only that tokenizer; with BLOCK, the outputs for one block as
JSON on the standard output, which packages/tokenizer/test/show-difference.ts reads.
"""

import json
import re
import struct
import sys
import zlib
from pathlib import Path

import brotli
import gguf
from tokenizers import AddedToken, Tokenizer, __version__, decoders, models, pre_tokenizers
from tokenizer_fuzz_strings import fuzz_string
from tokenizer_strings import GOLDEN, TEST, utf16_offsets

SEED = 20261121
BLOCK = 50
BLOCKS = 4000
READABLE = 30
# Characters that the normalizer of the Unigram tokenizer removes, and its control tokens.
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
SPECIAL = re.compile("</?s>|<unk>|<pad>")


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


def fixture(name):
    return Tokenizer.from_str(brotli.decompress((TEST / f"fixtures/{name}.tokenizer.json.br").read_bytes()).decode())


def load(name, gguf_path, folder):
    if name == "smollm2":
        return smollm2(gguf_path)
    if name in ("unigram", "wordpiece"):
        return fixture(name)
    return Tokenizer.from_file(str(Path(folder) / name / "tokenizer.json"))


def missing_bytes(tokenizer):
    """Characters of the byte-level alphabet that the vocabulary lacks. The library leaves these bytes out."""
    if "ByteLevel" not in str(tokenizer.decoder):
        return set()
    return {character for character in pre_tokenizers.ByteLevel.alphabet() if tokenizer.token_to_id(character) is None}


def without_names(tokenizer):
    """The tokenizer, with control tokens under names that no text has."""
    document = json.loads(tokenizer.to_str())
    special = {token["id"] for token in document["added_tokens"] if token["special"]}
    document["added_tokens"] = []
    for id in special:
        document["model"]["vocab"][id][0] = f"\U0010fffe{id}\U0010fffe"
    return Tokenizer.from_str(json.dumps(document))


class Reference:
    def __init__(self, name, gguf_path, folder):
        self.name = name
        self.parsing = load(name, gguf_path, folder)
        self.plain = without_names(self.parsing) if name == "unigram" else load(name, gguf_path, folder)
        self.plain.encode_special_tokens = True
        self.missing = missing_bytes(self.parsing)
        newer = json.loads((TEST / "fixtures/newer-than-unicode-8.json").read_text("utf-8"))
        self.newer = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in newer) + "]")

    def text(self, index):
        text = fuzz_string(SEED, index)
        text = self.newer.sub("x", text) if self.name in ("unigram", "wordpiece") else text
        if self.name == "unigram" and len(SPECIAL.findall(INVISIBLE.sub("", text))) > len(SPECIAL.findall(text)):
            return ""
        return text

    def has_offsets(self, text):
        level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        return not self.missing or not any(
            character in self.missing for piece, _ in level.pre_tokenize_str(text) for character in piece
        )

    def outputs(self, text):
        plain = self.plain.encode(text)
        parsed = self.parsing.encode(text).ids
        return {
            "ids": plain.ids,
            "offsets": utf16_offsets(text, plain.offsets) if self.has_offsets(text) else [],
            "parsed": parsed,
            "decoded": self.parsing.decode(parsed, skip_special_tokens=False),
            "bare": self.parsing.decode(parsed, skip_special_tokens=True),
        }


def crc_of(result, crc):
    ids, offsets, parsed = result["ids"], result["offsets"], result["parsed"]
    words = [len(ids), *ids, *offsets, len(parsed), *parsed]
    crc = zlib.crc32(struct.pack(f"<{len(words)}I", *words), crc)
    return zlib.crc32((result["decoded"] + result["bare"]).encode("utf-16-le"), crc)


def main(gguf_path, folder, only=None, block=None):
    readable = [{"text": fuzz_string(SEED, index)} for index in range(READABLE)]
    for name in ["smollm2", "llama3_1", "llama2", "gpt2", "torchtitan-2k", "unigram", "wordpiece"]:
        if only not in (None, name):
            continue
        reference = Reference(name, gguf_path, folder)
        if block is not None:
            texts = [reference.text(int(block) * BLOCK + index) for index in range(BLOCK)]
            print(json.dumps([{"text": text, **reference.outputs(text)} for text in texts]))
            return
        hashes = []
        for block_index in range(BLOCKS):
            crc = 0
            for index in range(block_index * BLOCK, (block_index + 1) * BLOCK):
                result = reference.outputs(reference.text(index))
                crc = crc_of(result, crc)
                if index < READABLE:
                    readable[index][name] = result
            hashes.append(crc)
        (GOLDEN / f"{name}.blocks.bin").write_bytes(struct.pack(f"<{BLOCKS}I", *hashes))
        print(name, file=sys.stderr)
    if only is None:
        document = {"producedBy": f"tokenizers {__version__}", "seed": SEED, "block": BLOCK, "cases": readable}
        lines = json.dumps(document, ensure_ascii=True, separators=(",", ":")).replace('{"text"', '\n{"text"')
        (GOLDEN / "readable.golden.json").write_text(lines + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
