"""Seeded strings of many kinds, the same as packages/tokenizer/test/fuzz-strings.ts makes.

String `index` of a seed comes from a mulberry32 generator started at `seed + index * 0x9E3779B9`. Unpaired surrogates
become U+FFFD here, as they do in packages/tokenizer. Characters are those of Unicode 14, on which references agree.
"""

import json
import re

from tokenizer_strings import POOLS, TEST, Mulberry32

EXTRA = json.loads((TEST / "fixtures/fuzz-pools.json").read_text("utf-8"))
ALL_POOLS = [*POOLS["pools"], *EXTRA["pools"]]
SCRIPTS = EXTRA["scripts"]
SPECIAL = EXTRA["pools"][11]
LONG = 64


def fuzz_string(seed, index):
    random = Mulberry32(seed + index * 0x9E3779B9)
    text = make(random, random.below(16))
    pairs = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return re.sub("[\ud800-\udfff]", "\ufffd", pairs)


def make(random, kind):
    if kind == 0:
        return "".join(chr(random.below(128)) for _ in range(random.below(60)))
    if kind == 1:
        return "".join(script_character(random) for _ in range(random.below(30)))
    if kind == 2:
        return one_script(random)
    if kind == 3:
        return code_units(random)
    if kind == 4:
        return around_special(random)
    if kind == 5:
        return part(random) * (1 + random.below(60))
    limit = 200 if kind == 6 and random.below(8) == 0 else 16
    return "".join(part(random) for _ in range(random.below(limit)))


def pick(random, items):
    return items[random.below(len(items))]


def script_character(random):
    first, last = pick(random, SCRIPTS)
    return chr(first + random.below(last - first + 1))


def part(random):
    """An item of a pool, sometimes twice or in capitals (of ASCII), or a character of a script."""
    kind = random.below(10)
    if kind == 0:
        return script_character(random)
    item = pick(random, pick(random, ALL_POOLS))
    if kind == 1:
        return item + item
    return re.sub("[a-z]+", lambda match: match[0].upper(), item) if kind == 2 else item


def one_script(random):
    """Words of one script with spaces, punctuation and line ends between them."""
    first, last = pick(random, SCRIPTS)
    size = min(last - first + 1, 40)
    start = first + random.below(last - first + 2 - size)
    text = ""
    for _ in range(random.below(12)):
        for _ in range(random.below(8)):
            text += chr(start + random.below(size))
        text += pick(random, [" ", " ", " ", "  ", ", ", "\n", "'", "-"])
    return text


def code_units(random):
    """Letters among UTF-16 code units, many of them surrogates without a partner."""
    text = ""
    for _ in range(random.below(24)):
        kind = random.below(4)
        if kind == 0:
            text += chr(0xD800 + random.below(0x800))
        elif kind == 1:
            text += chr(0xD83D) + chr(0xDE00 + random.below(64))
        else:
            text += part(random)
    return text


def around_special(random):
    """Names of control tokens next to spaces, words and one another."""
    text = ""
    for _ in range(1 + random.below(4)):
        text += pick(random, ["", "", " ", "  ", "\n", "\t", "a", " b", "\u3000", "."])
        special = pick(random, SPECIAL)
        kind = random.below(8)
        text += special[1:] if kind == 0 else special[:-1] if kind == 1 else special
    return text + pick(random, ["", " ", " a", "b", "\n\n", "\u0301"])
