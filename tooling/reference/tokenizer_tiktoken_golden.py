# Requirements: python 3.11, tiktoken==0.14.0, tokenizers==0.23.3
"""Token ids of seeded strings by tiktoken, for packages/tokenizer.

Trains a small vocabulary with the library `tokenizers`, on the strings themselves, and writes it as a rank file,
fixtures/small.tiktoken. Writes golden/tiktoken.golden.json, which tells how the strings are made, and
golden/tiktoken.hashes.bin: for every string one hash (little endian uint32) of the ids
by each pattern below in turn, each followed by a separator 0xFFFFFFFF, with special tokens taken as text and then
parsed.

Run: python tokenizer_tiktoken_golden.py
"""

import base64
import json
import struct

import tiktoken
import tiktoken_ext.openai_public as openai
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from tokenizer_strings import GOLDEN, TEST, Mulberry32, fnv1a, random_string

SEED = 20261122
COUNT = 3000
SIZE = 1600
CUSTOM = r"\p{Lu}\p{Ll}*|\d{2,4}|^\s|\w$|[^\n ]+$"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = {"<|endoftext|>": 5000, "<|end|>": 5002}
# Every class of character that the patterns tell apart, contractions, and special tokens.
ITEMS = (
    "a b e l r v s S t T D m ß \u017f A B É \u01c5 \u02b0 \u65e5 \u672c \u0301 \u0903 \u20dd 1 23 \u0663 \u2167 \u00bd ! ' ' '' / // - _ \""
    " 's 'S 'll 'LL 're 'Ve '\u017f <|endoftext|> <|end|> <| \U0001f642 \U0001d400 \U00010428 \U0001d7d8 the The HTTP camelCase"
).split(" ") + [" ", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r", " \n", "\u00a0", "\u2028", "\u0085", "\u3000"]


def class_string(seed, index):
    random = Mulberry32(seed + index * 0x9E3779B9)
    return "".join(ITEMS[random.below(len(ITEMS))] for _ in range(random.below(24)))


def train(strings):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=SIZE, initial_alphabet=alphabet, show_progress=False, max_token_length=12)
    tokenizer.train_from_iterator(strings, trainer)
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    byte_of = {chr(byte): byte for byte in visible} | {chr(256 + i): byte for i, byte in enumerate(hidden)}
    return {bytes(byte_of[c] for c in token): id for token, id in tokenizer.get_vocab().items()}


def main():
    # tiktoken's own patterns, without their vocabularies, which would have to be downloaded.
    openai.load_tiktoken_bpe = lambda *_, **__: {}
    openai.data_gym_to_mergeable_bpe_ranks = lambda **_: {}
    patterns = [
        openai.r50k_base()["pat_str"],
        openai.cl100k_base()["pat_str"],
        openai.o200k_base()["pat_str"],
        LLAMA3,
        r"\p{Lu}\p{Ll}*|\d{2,4}|^\s|\w$|[^\n ]+$",
    ]
    strings = [random_string(SEED, index) for index in range(COUNT)]
    strings += [class_string(SEED, index) for index in range(COUNT)]
    # Without these, no token becomes the same as a special token.
    ranks = train(text.replace("<", "") for text in strings)
    lines = [f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in sorted(ranks.items(), key=lambda x: x[1])]
    (TEST / "fixtures/small.tiktoken").write_text("".join(lines), "ascii")
    encodings = [
        tiktoken.Encoding("small", pat_str=pattern, mergeable_ranks=ranks, special_tokens=SPECIAL) for pattern in patterns
    ]
    hashes = []
    for text in strings:
        words = []
        for encoding in encodings:
            words += [*encoding.encode_ordinary(text), 0xFFFFFFFF]
            words += [*encoding.encode(text, allowed_special="all"), 0xFFFFFFFF]
        hashes.append(fnv1a(words))
    document = {
        "producedBy": f"tiktoken {tiktoken.__version__}",
        "seed": SEED,
        "count": COUNT,
        "items": ITEMS,
        "specialTokens": SPECIAL,
        "customPattern": CUSTOM,
    }
    (GOLDEN / "tiktoken.golden.json").write_text(json.dumps(document, indent=0) + "\n", "ascii")
    (GOLDEN / "tiktoken.hashes.bin").write_bytes(struct.pack(f"<{len(hashes)}I", *hashes))


if __name__ == "__main__":
    main()
