# Requirements: python 3.11, tokenizers==0.23.3
"""Golden hashes of every kind of part of tokenizer.json, by the library `tokenizers`, for packages/tokenizer.

Writes golden/parts.golden.json: small models and, for many combinations of parts, the texts' ids, offsets and decoded
texts as 32-bit FNV-1a hashes, three per text. Texts are those of `TEXTS` and seeded random ones.

Run: python tokenizer_parts.py
"""

import json

from tokenizers import Tokenizer, __version__, models, normalizers, pre_tokenizers, trainers
from tokenizer_strings import GOLDEN, Mulberry32, fnv1a, random_string, utf16_offsets

SEED = 11
COUNT = 30
CORPUS = [random_string(2, index) for index in range(400)]
SPECIAL = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "<|end|>"]
TEXTS = [
    "",
    " ",
    "Hello, World! It's  a   test.",
    "  leading and trailing  ",
    "[CLS] hello [SEP] world<|end|>",
    "D\u00e9j\u00e0 vu \u00c5ngstr\u00f6m e\u0301 \u1e9b\u0323 \ufb01 \uff21\uff11",
    "\u0391\u03a3 \u039f\u0394\u039f\u03a3 \u0130stanbul \u01c5 STRASSE",
    "\u4f60\u597d, \u4e16\u754c \u3053\u3093\u306b\u3061\u306f\u30ab\u30fc \ud55c\uad6d\uc5b4",
    "tab\there\nnew\r\nline\u00a0nbsp\u2028sep\u200bzero\ufeffbom\u0007bell\u0000nul",
    "\U0001f600\U0001f1e9\U0001f1ea \U0001f468\u200d\U0001f469\u200d\U0001f467 x\ufffdy",
    "don't I'm he's we've they're do not \u2581meta \u2581",
    "a-b_c.d|e/f 123 4567 12,345.67 \u0660\u0661 \u00bd \u2167",
    "supercalifragilisticexpialidocious" * 4,
    "###x ##y <0x41><0x0A> \u0120 \u010a",
]
WORDS = {"type": "WhitespaceSplit"}
META = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
PLAIN = {**BYTES, "use_regex": False}


def seq(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def norms(*parts):
    return seq("normalizers", *parts)


def pres(*parts):
    return seq("pretokenizers", *parts)


def decs(*parts):
    return seq("decoders", *parts)


def replace(pattern, content):
    return {"type": "Replace", "pattern": pattern, "content": content}


def split(pattern, behavior, invert=False):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def bert(**options):
    defaults = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return {"type": "BertNormalizer", **defaults, **options}


def template(single, pair, ids):
    pieces = lambda text: [
        {"Sequence": {"id": name[1], "type_id": int(kind)}} if name[0] == "$" else {"SpecialToken": {"id": name, "type_id": int(kind)}}
        for name, kind in (piece.rsplit(":", 1) for piece in text.split())
    ]
    special = {token: {"id": token, "ids": [id], "tokens": [token]} for token, id in ids.items()}
    return {"type": "TemplateProcessing", "single": pieces(single), "pair": pieces(pair), "special_tokens": special}


def train(model, trainer, pre=None, normalizer=None):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre
    tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(CORPUS + TEXTS, trainer)
    result = json.loads(tokenizer.to_str())["model"]
    if "merges" in result:
        result["merges"] = [" ".join(merge) for merge in result["merges"]]
    return result


def build_models():
    words = pre_tokenizers.WhitespaceSplit()
    lower = normalizers.BertNormalizer(lowercase=True)
    options = {"show_progress": False, "special_tokens": SPECIAL}
    pair = {"vocab_size": 420, "limit_alphabet": 120, **options}
    metaspace = pre_tokenizers.Metaspace()
    built = {
        "bytes": train(
            models.BPE(),
            trainers.BpeTrainer(vocab_size=500, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), **options),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ),
        "pieces": train(models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer(vocab_size=420, limit_alphabet=150, **options), pre_tokenizers.BertPreTokenizer(), lower),
        "words": train(models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(vocab_size=150, **options), words),
        "characters": train(models.BPE(unk_token="[UNK]"), trainers.BpeTrainer(**pair), metaspace),
        "suffixed": train(models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"), trainers.BpeTrainer(end_of_word_suffix="</w>", **pair), words),
        "prefixed": train(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"), trainers.BpeTrainer(continuing_subword_prefix="##", **pair), words),
        "clip": train(
            models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"),
            trainers.BpeTrainer(vocab_size=700, end_of_word_suffix="</w>", initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), **options),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ),
    }
    # A model with tokens for bytes, as those of SentencePiece have.
    fallback = json.loads(json.dumps(built["characters"]))
    base = len(fallback["vocab"])
    fallback["vocab"].update({f"<0x{byte:02X}>": base + byte for byte in range(256)})
    built["fallback"] = {**fallback, "byte_fallback": True, "fuse_unk": True}
    return built


def part(model, **parts):
    return {"model": model, **parts}


VARIANTS = {}
for name, normalizer in {
    "BertNormalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "clean": bert(clean_text=True),
    "chinese": bert(handle_chinese_chars=True),
    "strip accents": bert(strip_accents=True),
    "lower only": bert(lowercase=True),
    "Lowercase": {"type": "Lowercase"},
    "Nmt": {"type": "Nmt"},
    "Strip": {"type": "Strip", "strip_left": True, "strip_right": True},
    "Strip left": {"type": "Strip", "strip_left": True, "strip_right": False},
    "Strip right": {"type": "Strip", "strip_left": False, "strip_right": True},
    "StripAccents": {"type": "StripAccents"},
    "NFD, StripAccents, Lowercase": norms({"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}),
    "NFKC, Lowercase": norms({"type": "NFKC"}, {"type": "Lowercase"}),
    "Replace": replace({"String": " "}, "\u2581"),
    "Replace regex": replace({"Regex": "\\s+"}, " "),
    "Replace with groups": replace({"Regex": "(a)|[,.]"}, "$1"),
    "Replace of no width": replace({"Regex": "x*"}, "-"),
    "Replace by nothing": replace({"Regex": "[aeiou]"}, ""),
    "Prepend": {"type": "Prepend", "prepend": "\u2581"},
    "Prepend, Replace": norms({"type": "Prepend", "prepend": "\u2581"}, replace({"String": " "}, "\u2581")),
    "nothing in sequence": norms(),
}.items():
    VARIANTS[f"normalizer {name}"] = part("characters", normalizer=normalizer)

for name, pre in {
    "BertPreTokenizer": {"type": "BertPreTokenizer"},
    "CharDelimiterSplit": {"type": "CharDelimiterSplit", "delimiter": "e"},
    "CharDelimiterSplit dot": {"type": "CharDelimiterSplit", "delimiter": "."},
    "Digits": {"type": "Digits", "individual_digits": False},
    "FixedLength": {"type": "FixedLength", "length": 3},
    "Metaspace": META,
    "Metaspace first": {**META, "prepend_scheme": "first"},
    "Metaspace never": {**META, "prepend_scheme": "never"},
    "Metaspace unsplit": {**META, "split": False},
    "Metaspace other": {**META, "replacement": "_"},
    "Metaspace legacy": {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True, "str_rep": "\u2581"},
    "Metaspace legacy without": {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": False, "prepend_scheme": "never"},
    "WhitespaceSplit, Metaspace": pres(WORDS, META),
    "WhitespaceSplit, Metaspace first": pres(WORDS, {**META, "prepend_scheme": "first"}),
    "Punctuation": {"type": "Punctuation", "behavior": "MergedWithPrevious"},
    "UnicodeScripts": {"type": "UnicodeScripts"},
    "UnicodeScripts, WhitespaceSplit": pres({"type": "UnicodeScripts"}, WORDS),
    "Whitespace": {"type": "Whitespace"},
    "WhitespaceSplit": WORDS,
    "Split space": split({"String": " "}, "MergedWithPrevious"),
    "ByteLevel, Digits": pres(BYTES, {"type": "Digits", "individual_digits": True}),
    "ByteLevel twice": pres(BYTES, PLAIN),
    "none": None,
}.items():
    VARIANTS[f"pre-tokenizer {name}"] = part("characters", pre_tokenizer=pre)

for name, model, pre in [
    ("WordPiece", "pieces", {"type": "BertPreTokenizer"}),
    ("WordLevel", "words", WORDS),
    ("BPE with suffix", "suffixed", WORDS),
    ("BPE with prefix", "prefixed", WORDS),
    ("BPE with suffix over bytes", "clip", BYTES),
    ("BPE with suffix over bytes, prefix space", "clip", {**BYTES, "add_prefix_space": True}),
    ("byte-level BPE", "bytes", BYTES),
    ("characters over bytes", "characters", BYTES),
    ("byte fallback", "fallback", META),
]:
    VARIANTS[f"model {name}"] = part(model, pre_tokenizer=pre)
VARIANTS["model WordPiece, short words"] = part("pieces", pre_tokenizer={"type": "BertPreTokenizer"}, options={"max_input_chars_per_word": 5})
VARIANTS["model WordPiece, lower case"] = part("pieces", normalizer=bert(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True), pre_tokenizer={"type": "BertPreTokenizer"})
VARIANTS["model BPE, fused unknown"] = part("characters", pre_tokenizer=META, options={"fuse_unk": True})
VARIANTS["model BPE, without unknown"] = part("characters", pre_tokenizer=META, options={"unk_token": None}, offsets=False)
VARIANTS["model BPE, ignoring merges"] = part("characters", pre_tokenizer=META, options={"ignore_merges": True})
VARIANTS["model BPE, zero dropout"] = part("characters", pre_tokenizer=META, options={"dropout": 0.0})
VARIANTS["model BPE over bytes, fused unknown"] = part("bytes", pre_tokenizer=BYTES, options={"unk_token": "[UNK]", "fuse_unk": True})
VARIANTS["normalizer ByteLevel"] = part("bytes", normalizer={"type": "ByteLevel"}, decoder=BYTES)
VARIANTS["normalizer ByteLevel, Split"] = part("bytes", normalizer=norms({"type": "NFC"}, {"type": "ByteLevel"}), pre_tokenizer=split({"Regex": "\u0120[a-z]+"}, "Isolated"), decoder=BYTES)

LLAMA = decs(replace({"String": "\u2581"}, " "), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})
for name, model, decoder in [
    ("none", "words", None),
    ("BPEDecoder", "suffixed", {"type": "BPEDecoder", "suffix": "</w>"}),
    ("BPEDecoder over bytes", "clip", decs(BYTES, {"type": "BPEDecoder", "suffix": "</w>"})),
    ("CLIP", "clip", decs(replace({"String": "</w>"}, " "), BYTES)),
    ("ByteLevel", "bytes", BYTES),
    ("ByteLevel, Strip", "bytes", decs(BYTES, {"type": "Strip", "content": " ", "start": 2, "stop": 1})),
    ("ByteFallback", "fallback", {"type": "ByteFallback"}),
    ("Llama", "fallback", LLAMA),
    ("Gemma", "fallback", decs(replace({"String": "\u2581"}, " "), {"type": "ByteFallback"}, {"type": "Fuse"})),
    ("Metaspace after ByteFallback", "fallback", decs({"type": "ByteFallback"}, META)),
    ("CTC", "characters", {"type": "CTC", "pad_token": "[PAD]", "word_delimiter_token": "\u2581", "cleanup": True}),
    ("CTC uncleaned", "characters", {"type": "CTC", "pad_token": "a", "word_delimiter_token": "\u2581", "cleanup": False}),
    ("Fuse", "characters", {"type": "Fuse"}),
    ("Fuse, Replace", "characters", decs({"type": "Fuse"}, replace({"Regex": "\u2581+(?=[a-m])"}, " "))),
    ("Metaspace", "characters", META),
    ("Metaspace never", "characters", {**META, "prepend_scheme": "never"}),
    ("Replace", "characters", replace({"Regex": "[aeiou]"}, "<$0>")),
    ("Strip tokens", "characters", {"type": "Strip", "content": "\u2581", "start": 1, "stop": 0}),
    ("Strip ends", "characters", decs({"type": "Fuse"}, replace({"String": "\u2581"}, " "), {"type": "Strip", "content": " ", "start": 3, "stop": 2})),
    ("WordPiece", "pieces", {"type": "WordPiece", "prefix": "##", "cleanup": True}),
    ("WordPiece uncleaned", "pieces", {"type": "WordPiece", "prefix": "##", "cleanup": False}),
]:
    VARIANTS[f"decoder {name}"] = part(model, decoder=decoder, decodes=True)

EXTRA = [
    {"id": None, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "special": False, "normalized": True, **flags}
    for content, flags in {
        "Hello": {},
        "D\u00c9J\u00c0": {},
        "test": {"single_word": True},
        " vu": {"normalized": False},
        "and": {"lstrip": True, "rstrip": True},
        "\u4f60\u597d": {"normalized": False},
        "<tool>": {"special": True, "normalized": False},
        "I\u0307": {},
    }.items()
]
VARIANTS["added tokens"] = part("characters", pre_tokenizer=META, added=EXTRA)
VARIANTS["added tokens, lower case"] = part("characters", normalizer={"type": "Lowercase"}, pre_tokenizer=META, added=EXTRA)
VARIANTS["added tokens, prepended"] = part("characters", normalizer=norms({"type": "Prepend", "prepend": "\u2581"}, replace({"String": " "}, "\u2581")), added=EXTRA)
VARIANTS["decoder with added tokens"] = part("characters", normalizer=norms({"type": "Lowercase"}, {"type": "Prepend", "prepend": "\u2581"}), decoder=META, added=EXTRA, decodes=True)
VARIANTS["decoder ByteLevel with added tokens"] = part("bytes", normalizer=None, pre_tokenizer=BYTES, decoder=BYTES, added=[token for token in EXTRA if token["content"].isascii()], decodes=True)

BERT = {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}
ROBERTA = {"type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": True, "add_prefix_space": True}
IDS = {"[CLS]": 1, "[SEP]": 2}
for name, model, pre, post in [
    ("none", "pieces", {"type": "BertPreTokenizer"}, None),
    ("BertProcessing", "pieces", {"type": "BertPreTokenizer"}, BERT),
    ("RobertaProcessing", "bytes", {**BYTES, "add_prefix_space": True}, ROBERTA),
    ("RobertaProcessing untrimmed", "bytes", BYTES, {**ROBERTA, "trim_offsets": False}),
    ("RobertaProcessing without prefix", "bytes", BYTES, {**ROBERTA, "add_prefix_space": False}),
    ("ByteLevel", "bytes", BYTES, BYTES),
    ("TemplateProcessing", "pieces", {"type": "BertPreTokenizer"}, template("[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", IDS)),
    ("TemplateProcessing turned", "pieces", {"type": "BertPreTokenizer"}, template("$A:3 [SEP]:5", "[SEP]:1 $B:2 [CLS]:7 [CLS]:0 $A:4", IDS)),
    ("TemplateProcessing second first", "pieces", {"type": "BertPreTokenizer"}, template("$A:0 [SEP]:0", "[SEP]:1 $B:1 [CLS]:1 [CLS]:0 $A:0", IDS)),
    ("ByteLevel, TemplateProcessing", "bytes", BYTES, seq("processors", BYTES, template("[CLS]:0 $A:0", "[CLS]:0 $A:0 [CLS]:1 $B:1", IDS))),
]:
    VARIANTS[f"post-processor {name}"] = part(model, pre_tokenizer=pre, post_processor=post, pairs=True)


def document(models, variant):
    model = {**models[variant["model"]], **variant.get("options", {})}
    added = [{"id": id, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for id, token in enumerate(SPECIAL)]
    added += [{**token, "id": len(model["vocab"]) + index} for index, token in enumerate(variant.get("added", []))]
    return {
        "version": "1.0",
        "added_tokens": added,
        "normalizer": variant.get("normalizer"),
        "pre_tokenizer": variant.get("pre_tokenizer"),
        "post_processor": variant.get("post_processor"),
        "decoder": variant.get("decoder"),
        "model": model,
    }


def units(text):
    data = text.encode("utf-16-le")
    return [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]


def random_ids(size, index):
    random = Mulberry32(SEED + 0x10000 + index)
    ids = []
    for _ in range(random.below(24)):
        id = random.below(size)
        ids += [id] * (1 + random.below(2))
    return ids


def variant_hashes(tokenizer, variant):
    """Per text: hashes of ids, of offsets and of the ids with control tokens parsed; decoders: of texts."""
    texts = TEXTS + [random_string(SEED, index) for index in range(COUNT)]
    result = []
    if variant.get("decodes"):
        size = tokenizer.get_vocab_size()
        lists = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts if text] + [random_ids(size, index) for index in range(60)]
        for ids in lists:
            # The reference fails on an empty list.
            kept = [id for id in ids if tokenizer.id_to_token(id) not in [*SPECIAL, "<tool>"]]
            result.append(fnv1a(units(tokenizer.decode(ids, skip_special_tokens=False))) if ids else 0)
            result.append(fnv1a(units(tokenizer.decode(ids, skip_special_tokens=True))) if kept else 0)
        return result
    for index, text in enumerate(texts):
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text)
        result.append(fnv1a(plain.ids))
        result.append(fnv1a(utf16_offsets(text, plain.offsets)) if variant.get("offsets", True) else 0)
        tokenizer.encode_special_tokens = False
        result.append(fnv1a(tokenizer.encode(text, add_special_tokens=False).ids))
        if variant.get("pairs"):
            other = texts[(index * 7 + 3) % len(texts)]
            both = tokenizer.encode(text, other)
            result.append(fnv1a(both.ids))
            result.append(fnv1a(both.type_ids))
            result.append(fnv1a(both.attention_mask))
    return result


BATCHES = [
    {"truncation": {"max_length": 10}},
    {"truncation": {"max_length": 11, "stride": 2}, "padding": {}},
    {"truncation": {"max_length": 12, "stride": 1, "direction": "left"}, "padding": {"direction": "left", "pad_id": 7, "pad_type_id": 3}},
    {"truncation": {"max_length": 40, "strategy": "only_first"}, "padding": {"pad_to_multiple_of": 8}},
    {"truncation": {"max_length": 40, "strategy": "only_second"}},
    {"padding": {"length": 50, "pad_to_multiple_of": 16}},
    {"truncation": {"max_length": 4}, "padding": {"length": 6}},
]
BATCH_MODELS = ["post-processor BertProcessing", "post-processor TemplateProcessing second first", "post-processor none"]


def encoding_words(encoding):
    """Everything about an encoding and its overflow."""
    words = []
    for part in [encoding, *encoding.overflowing]:
        words += [len(part.ids), *part.ids, *part.type_ids, *part.attention_mask, *part.special_tokens_mask]
        words += [place for pair in part.offsets for place in pair] if part is encoding else []
    return words


def batches(built):
    texts = [text for text in TEXTS if text.strip()] + [random_string(SEED + 1, index) for index in range(8)]
    # Only characters of one UTF-16 unit, so that offsets are the same here and there.
    texts = ["".join(character for character in text if ord(character) < 0x10000) for text in texts]
    result = []
    for name in BATCH_MODELS:
        for options in BATCHES:
            tokenizer = Tokenizer.from_str(json.dumps(document(built, VARIANTS[name])))
            if "truncation" in options:
                tokenizer.enable_truncation(**options["truncation"])
            if "padding" in options:
                tokenizer.enable_padding(**{"pad_id": 3, **options["padding"]})
            inputs = [text if index % 2 else (text, texts[(index * 5 + 2) % len(texts)]) for index, text in enumerate(texts)]
            fits = []
            for input in inputs:
                try:
                    tokenizer.encode_batch([input])
                    fits.append(True)
                except BaseException:
                    fits.append(False)
            kept = [input for input, fit in zip(inputs, fits) if fit]
            encodings = iter(tokenizer.encode_batch(kept))
            hashes = []
            for fit in fits:
                hashes.append(fnv1a(encoding_words(next(encodings))) if fit else 0)
            result.append(json.dumps({"variant": name, "options": options, "hashes": hashes}, separators=(",", ":")))
    return result


def main():
    models = build_models()
    lines = [f'"producedBy":"tokenizers {__version__}","seed":{SEED},"count":{COUNT}']
    lines.append('"texts":' + json.dumps(TEXTS))
    lines.append('"models":{' + ",\n".join(json.dumps(name) + ":" + json.dumps(model, separators=(",", ":")) for name, model in models.items()) + "}")
    variants = []
    for name, variant in VARIANTS.items():
        json_text = document(models, variant)
        tokenizer = Tokenizer.from_str(json.dumps(json_text))
        hashes = variant_hashes(tokenizer, variant)
        del json_text["model"], json_text["version"]
        json_text["added_tokens"] = json_text["added_tokens"][len(SPECIAL) :]
        entry = {"name": name, "model": variant["model"], "options": variant.get("options", {}), "tokenizer": json_text, "hashes": hashes}
        variants.append(json.dumps(entry, separators=(",", ":")))
    lines.append('"batches":[\n' + ",\n".join(batches(models)) + "\n]")
    lines.append('"variants":[\n' + ",\n".join(variants) + "\n]")
    (GOLDEN / "parts.golden.json").write_text("{" + ",\n".join(lines) + "}\n", "utf-8")


if __name__ == "__main__":
    main()
