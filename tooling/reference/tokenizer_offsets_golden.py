# Requirements: python 3.11, tokenizers==0.23.3, sentencepiece==0.2.3, protobuf==7.36.2, brotli==1.1.0
"""Ids and offsets of texts that normalizers change, by the library `tokenizers`, for packages/tokenizer.

Writes golden/offsets.golden.json: the texts, models, and for each normalizer and model one 32-bit FNV-1a hash per text
over the ids and then the UTF-16 offsets, little endian, in base64. The model `characters` gives each character of
normalized text a token. `Precompiled` has the character map of fixtures/sentencepiece/unigram.model.br, which the
file leaves out. 0 stands for a text on which the library fails, or that is not compared: where new text comes from no
character, as that of a match of no width at the start, the library's next step over all of the text repeats parts of it.

Run: python tokenizer_offsets_golden.py [COUNT FILE]
With COUNT and FILE, for that many random texts instead and into another file.
"""

import base64
import json
import struct
import sys

import brotli
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizer_parts import bert, norms, replace
from tokenizer_strings import GOLDEN, TEST, Mulberry32, fnv1a, utf16_offsets
from tokenizers import Tokenizer, __version__, normalizers

SEED = 31
COUNT = 64
TEXTS = [
    "a\u0300b c", "e\u0301\u0323 e\u0323\u0301 \u1eb9\u0301 \u00e9\u0323", "a\u0327\u0301\u0301x", "\u0301\u0323ab", "\u01d6 u\u0308\u0304",
    "a\u0344\u0323b \u0f73\u0f71", "\u09cb \u09c7\u09be \u0b48", "\u304b\u3099\u304d\u309a", "\uff76\uff9e\uff8a\uff9f", "\u1112\u1161\u11ab\uae00 \ud55c\u11ab \uac00\u11a8\u11a8",
    "\ufb01\ufb03n \ufb01\u0301", "\u0130stanbul I\u0307 \u0130\u0323", "Stra\u00dfe STRASSE \u1e9e", "\u0391\u03a3 \u03a3\u03a3 \u03a3\u0301", "a  b   c    d ", "  lead  trail  ",
    " \t\n a \r\n b\u00a0\u3000c", "\U0001f600\U0001f44d\U0001f3fd\U0001f468\u200d\U0001f469 x", "\U0001f1e9\U0001f1ea \u2764\ufe0f", "\U0001d4d0\U0001d54f\u2460\u2163 \u00bd\u33a5",
    "\u4f60\u597d\uf900\U0002f800\U00020000x", "\u0646\u0651\u064e x", "\u0928\u093c\u0929 \u0958", "\u212b\u2126\u2adc\u0338 =\u0338", "\ufdfa\u0301 \ufdfa", "\u2581a\u2581 b", "\x00a\x01\x7fb\ufffd\u00adc\u200b\ufeff",
    "\U0001d15e\U0001d165 \U000110a5\U00011099\U000110ba", "x\u0301\u0327 xx\u0301 yx", "aeiou AEIOU \u00e0\u00e8", "", " ", "\u0301",
]
PARTS = [
    *"abexAEI   \u0300\u0301\u0308\u0323\u0327\u0338\u0345\u00e9\u00c9\u1eb9\u1ea5\u1ed9\u01d5\u0130\u00df\u1e9e\u03a3\u0390\u1fb7\ufb03\ufb01\u00bd\u2463\u212b\u2126\u1100\u1161\u11a8\uac00\uac01\ud55c\u304b\u3099\uff76\uff9e",
    *"\u4f60\uf900\U0002f800\U00020000\u0958\u093c\u09cb\u09be\u09c7\u0344\u0f73\u0f71\ufdfa\u2581\u00ad\u200b\u200d\u2028\u3000\u00a0\t\n\x00\x0b\x7f\U0001f600\U0001f3fd\U0001d15e\U0001d4d0\ufffd,.-",
    "  ", "   ", "\r\n", "ab", "xx", "\U0001f1e9\U0001f1ea", "e\u0301\u0323", "ie", "I\u0307",
]
META = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
BYTES = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
FORMS = {form: {"type": form} for form in ["NFC", "NFD", "NFKC", "NFKD"]}
LOWER, ACCENTS, PREPEND = {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "Prepend", "prepend": "\u2581"}
STRIP = {"type": "Strip", "strip_left": True, "strip_right": True}
ESCAPE = replace({"String": " "}, "\u2581")
SPACES = replace({"Regex": " {2,}"}, " ")
NORMALIZERS = {
    **FORMS,
    "Lowercase": LOWER,
    "Nmt": {"type": "Nmt"},
    "Strip": STRIP,
    "StripAccents": ACCENTS,
    "Prepend": PREPEND,
    "Prepend text": {"type": "Prepend", "prepend": "a b\U0001f600"},
    "ByteLevel": {"type": "ByteLevel"},
    "Precompiled": None,
    "BertNormalizer": bert(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
    "clean text": bert(clean_text=True),
    "chinese": bert(handle_chinese_chars=True),
    "strip accents": bert(strip_accents=True),
    "Replace spaces": SPACES,
    "Replace by more": replace({"Regex": "[a-e]+|\\s|\U0001f600"}, "<\U0001f600>"),
    "Replace by nothing": replace({"Regex": "[a-e]+ ?"}, ""),
    "Replace of no width": replace({"Regex": "(?=[ae\u0301])"}, "_\u00e9"),
    "Replace start": replace({"Regex": "^"}, "\u2581"),
    "NFD, StripAccents, Lowercase": norms(FORMS["NFD"], ACCENTS, LOWER),
    "NFKC, Lowercase, NFD, StripAccents, NFKC": norms(FORMS["NFKC"], LOWER, FORMS["NFD"], ACCENTS, FORMS["NFKC"]),
    "Lowercase, NFC": norms(LOWER, FORMS["NFC"]),
    "NFKD, NFC": norms(FORMS["NFKD"], FORMS["NFC"]),
    "Nmt, NFKC, Replace, Prepend": norms({"type": "Nmt"}, FORMS["NFKC"], SPACES, PREPEND, ESCAPE),
    "Strip, NFD, Replace": norms(STRIP, FORMS["NFD"], replace({"Regex": "[\\p{M}]{2,}|  +"}, "\u0301 ")),
    "Replace, NFC": norms(replace({"Regex": "[\u00ad\u200b-\u200d]"}, ""), FORMS["NFC"]),
    "NFC, ByteLevel": norms(FORMS["NFC"], {"type": "ByteLevel"}),
}


def normalizer_of(name):
    """Precompiled comes from the fixture."""
    if name != "Precompiled":
        return NORMALIZERS[name]
    model = proto.ModelProto.FromString(brotli.decompress((TEST / "fixtures/sentencepiece/unigram.model.br").read_bytes()))
    tokenizer = Tokenizer.from_str(json.dumps({**BASE, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}))
    tokenizer.normalizer = normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap)
    return json.loads(tokenizer.to_str())["normalizer"]


BASE = {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}


def models():
    """Vocabularies with some of the characters, pairs and words that normalizers make of the texts."""
    forms = [normalizers.NFKD(), normalizers.NFC(), normalizers.Lowercase(), normalizers.BertNormalizer()]
    made = [form.normalize_str(text) for text in TEXTS for form in forms]
    letters = sorted({letter for text in made for letter in text if not letter.isspace()})[::2] + ["\u2581"]
    pairs = sorted({text[i : i + 2] for text in made for i in range(len(text) - 1) if not any(map(str.isspace, text[i : i + 2]))})[::3]
    words = sorted({word for text in made for word in text.split()})[::2]
    tokens = list(dict.fromkeys(["[UNK]", *letters, *pairs, "\u2581a", "\u2581e", *words]))
    merges = [pair for pair in tokens if len(pair) == 2 and pair[0] in tokens and pair[1] in tokens]
    pieces = list(dict.fromkeys(["[UNK]", *letters, *words, *(f"##{token}" for token in [*letters, *pairs])]))
    alphabet = {character: id for id, character in enumerate(["[UNK]", *map(chr, [*range(33, 127), *range(161, 173), *range(174, 324)])])}
    ids = lambda list: {token: id for id, token in enumerate(list)}
    pair_model = {"type": "BPE", "unk_token": "[UNK]", "merges": []}
    return {
        "characters": {"model": {**pair_model, "vocab": {"[UNK]": 0}}},
        "BPE": {"pre_tokenizer": META, "model": {**pair_model, "vocab": ids(tokens), "merges": [f"{pair[0]} {pair[1]}" for pair in merges], "fuse_unk": True}},
        "bytes": {"pre_tokenizer": BYTES, "post_processor": BYTES, "model": {**pair_model, "vocab": alphabet}},
        "Unigram": {"pre_tokenizer": META, "model": {"type": "Unigram", "unk_id": 0, "vocab": [[token, -len(token) - index % 7] for index, token in enumerate(tokens)]}},
        "WordPiece": {"pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": ids(pieces)}},
        "WordLevel": {"pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": ids(["[UNK]", *words])}},
    }


def random_text(index):
    random = Mulberry32(SEED + index * 0x9E3779B9)
    return "".join(PARTS[random.below(len(PARTS))] for _ in range(random.below(16)))


def hash_of(tokenizer, text):
    try:
        encoding = tokenizer.encode(text)
    except BaseException:
        return 0
    return fnv1a([*encoding.ids, *utf16_offsets(text, encoding.offsets)])


def main(count=None, path=GOLDEN / "offsets.golden.json"):
    texts = [random_text(index) for index in range(int(count or COUNT))]
    texts = texts if count else [*TEXTS, *texts]
    built = models()
    lines = [f'"producedBy":"tokenizers {__version__}"', '"texts":' + json.dumps(texts)]
    lines.append('"models":{\n' + ",\n".join(json.dumps(name) + ":" + json.dumps(model, separators=(",", ":")) for name, model in built.items()) + "}")
    variants = []
    for name in NORMALIZERS:
        normalizer = normalizer_of(name)
        hashes = {}
        for model_name, model in built.items():
            tokenizer = Tokenizer.from_str(json.dumps({**BASE, **model, "normalizer": normalizer}))
            broken = model_name == "bytes" and name in ("Replace of no width", "Replace start")
            words = [0 if broken else hash_of(tokenizer, text) for text in texts]
            hashes[model_name] = base64.b64encode(struct.pack(f"<{len(words)}I", *words)).decode()
        variants.append(json.dumps({"name": name, "normalizer": NORMALIZERS[name], "hashes": hashes}, separators=(",", ":")))
    lines.append('"variants":[\n' + ",\n".join(variants) + "\n]")
    with open(path, "w", encoding="utf-8") as file:
        file.write("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
