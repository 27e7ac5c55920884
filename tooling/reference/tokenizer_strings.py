"""Seeded test strings, the same as packages/tokenizer/test/random-strings.ts makes.

String `index` of a seed comes from a mulberry32 generator started at `seed + index * 0x9E3779B9`. It is a
concatenation of up to 19 parts; a part is an item of a random pool of string-pools.json, a random character of
a random code point range, or an item repeated.
"""

import json
from pathlib import Path

TEST = Path(__file__).parents[2] / "packages/tokenizer/test"
GOLDEN = TEST / "golden"
POOLS = json.loads((TEST / "fixtures/string-pools.json").read_text("utf-8"))
MASK = 0xFFFFFFFF


class Mulberry32:
    def __init__(self, seed):
        self.state = seed & MASK

    def below(self, limit):
        self.state = (self.state + 0x6D2B79F5) & MASK
        t = self.state
        t = ((t ^ (t >> 15)) * (t | 1)) & MASK
        t ^= (t + ((t ^ (t >> 7)) * (t | 61))) & MASK
        return (((t ^ (t >> 14)) & MASK) * limit) >> 32


def random_string(seed, index):
    random = Mulberry32(seed + index * 0x9E3779B9)
    pools, ranges = POOLS["pools"], POOLS["ranges"]
    parts = []
    for _ in range(random.below(20)):
        kind = random.below(8)
        if kind == 0:
            first, last = ranges[random.below(len(ranges))]
            parts.append(chr(first + random.below(last - first + 1)))
            continue
        pool = pools[random.below(len(pools))]
        item = pool[random.below(len(pool))]
        parts.append(item * (1 + random.below(6)) if kind == 1 else item)
    return "".join(parts)


def utf16_offsets(text, offsets):
    """Code point offsets, as `tokenizers` gives, to UTF-16 offsets."""
    at = [0]
    for character in text:
        at.append(at[-1] + (2 if ord(character) > 0xFFFF else 1))
    return [at[place] for pair in offsets for place in pair]


def fnv1a(words):
    """32-bit FNV-1a over 32-bit words instead of bytes."""
    value = 0x811C9DC5
    for word in words:
        value = ((value ^ word) * 0x01000193) & MASK
    return value
