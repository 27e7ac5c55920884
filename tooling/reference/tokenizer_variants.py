# Requirements: python 3.11, tokenizers==0.23.3
"""Golden outputs of the parts of tokenizer.json, by the library `tokenizers`, for packages/tokenizer.

Writes golden/variants.golden.json: a small byte-level BPE model and, for many combinations of normalizer,
pre-tokenizer, post-processor and added tokens, ids and offsets of texts. Writes golden/patterns.golden.json: the
pieces into which `Split` cuts texts by patterns in Oniguruma's syntax.

Run: python tokenizer_variants.py
"""

import itertools
import json

from tokenizers import AddedToken, Regex, Tokenizer, __version__, models, normalizers, pre_tokenizers, trainers
from tokenizer_strings import GOLDEN, random_string, utf16_offsets

SEED = 7
CORPUS = [random_string(1, index) for index in range(400)]
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
PLAIN = {**BYTE_LEVEL, "use_regex": False}
PREFIX = {**BYTE_LEVEL, "add_prefix_space": True}
TEMPLATE = {
    "type": "TemplateProcessing",
    "single": [
        {"SpecialToken": {"id": "[A]", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "[Z]", "type_id": 0}},
    ],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {
        "[A]": {"id": "[A]", "ids": [1000], "tokens": ["[A]"]},
        "[Z]": {"id": "[Z]", "ids": [1001], "tokens": ["[Z]"]},
    },
}


def split(pattern, behavior, invert=False):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def steps(*parts, end=PLAIN):
    return {"type": "Sequence", "pretokenizers": [*parts, end]}


def added(content, **flags):
    defaults = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"content": content, **defaults, **flags}


def replace(pattern, content):
    return {"type": "Replace", "pattern": pattern, "content": content}


def chain(*parts):
    return {"type": "Sequence", "normalizers": list(parts)}


VARIANTS = {
    "prefix space": {"pre_tokenizer": PREFIX},
    "prefix space, trimmed": {"pre_tokenizer": PREFIX, "post_processor": PREFIX},
    "trimmed, no prefix": {"pre_tokenizer": BYTE_LEVEL, "post_processor": BYTE_LEVEL},
    "no regex": {"pre_tokenizer": PLAIN},
    "digits": {"pre_tokenizer": steps({"type": "Digits", "individual_digits": True}, end=BYTE_LEVEL)},
    "digit runs, prefix": {"pre_tokenizer": steps({"type": "Digits", "individual_digits": False}, end=PREFIX)},
    "whitespace": {"pre_tokenizer": steps({"type": "Whitespace"})},
    "whitespace split": {"pre_tokenizer": steps({"type": "WhitespaceSplit"})},
    "punctuation": {"pre_tokenizer": steps({"type": "Punctuation", "behavior": "Contiguous"})},
    "template": {
        "post_processor": {"type": "Sequence", "processors": [{**BYTE_LEVEL, "trim_offsets": False}, TEMPLATE]}
    },
    "template, trimmed": {"post_processor": {"type": "Sequence", "processors": [TEMPLATE, BYTE_LEVEL]}},
    "nfc": {"normalizer": {"type": "NFC"}},
    "nfd": {"normalizer": {"type": "NFD"}},
    "nfkc": {"normalizer": {"type": "NFKC"}},
    "nfkd": {"normalizer": {"type": "NFKD"}},
    "replace": {"normalizer": replace({"String": " "}, "\u2581")},
    "replace regex": {"normalizer": replace({"Regex": "[0-9]+|\\s{2,}"}, "#")},
    "remove": {"normalizer": replace({"Regex": "[aeiou]"}, "")},
    "prepend": {"normalizer": {"type": "Prepend", "prepend": ">>"}},
    "chain": {"normalizer": chain({"type": "NFC"}, replace({"String": "the"}, "THE"), {"type": "Prepend", "prepend": "x"})},
    "ignore merges": {"ignore_merges": True, "pre_tokenizer": steps(split({"Regex": "\\p{L}+|\\s+"}, "Isolated"))},
    "added tokens": {
        "added_tokens": [
            added("<|im_end|>", special=True),
            added("<|im_start|>", special=True, lstrip=True),
            added("<|", special=False),
            added("brown", single_word=True),
            added("ing", rstrip=True),
            added("tion", lstrip=True, rstrip=True),
            added("quick brown"),
            added("aaa"),
            added("\u4f60\u597d"),
            added("\U0001f600"),
        ]
    },
    "normalized added tokens": {
        "normalizer": {"type": "NFD"},
        "added_tokens": [added("d\u00e9j\u00e0", normalized=True), added("\u00dcber"), added("na", normalized=True)],
    },
}
for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
    for invert in [False, True]:
        parts = split({"Regex": "[a-z]|\\s"}, behavior, invert)
        VARIANTS[f"{behavior}{' inverted' if invert else ''}"] = {"pre_tokenizer": steps(parts)}
        parts = split({"String": "an"}, behavior, invert)
        VARIANTS[f"{behavior} string{' inverted' if invert else ''}"] = {"pre_tokenizer": steps(parts)}

O200K = (
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
)
CL100K = (
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|"
    "\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"
)
QWEN = (
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
)
# Patterns of DeepSeek V3, of its digits, Tekken, StarCoder 2, Falcon, BLOOM and ChatGLM.
MODELS = [
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
    " ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "\\p{N}{1,3}",
    "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|"
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "[0-9][0-9][0-9]",
    " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
    "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    "\\d{1,3}(?=(?:\\d{3})*\\b)",
]
PATTERNS = [
    *MODELS,
    O200K, CL100K, QWEN,
    "\\s", "\\S+", "\\w+", "\\W", "\\d", "\\D+", "\\h+", "\\H", "[\\s]", "[^\\s]+", "[^\\w]", "[\\d]+", "[\\h]",
    ".", "(?m:.)", "(?m).+", "^", "$", "^.", ".$", "\\A.", ".\\z", ".\\Z", "\\b", "\\B", "\\bt",
    "(?i:the)", "(?i)[a-f]+", "(?i:k)", "a(?i)b|C", "(?i:[s-t])", "(?i)FOX|(?-i:http)", "(?i:x[^b])",
    "a++", "a*+b", "(?:ab)?+c", "(?>a|ab)c", "(?>\\s+)\\S", "a{2,3}", "a{,2}b", "a{2}", "a{2}?", "a{2,}?", "a{2,3}+",
    "a+?", "x*", "[[:alpha:]]+", "[[:^space:]]", "[[:punct:]]", "[[:digit:][:upper:]]+", "[[:alnum:]]+", "\\p{Alpha}",
    "\\p{^L}", "\\P{L}", "\\P{^L}", "\\p{Han}", "\\p{Greek}+", "\\p{Cyrillic}", "\\p{Lu}", "[\\p{L}\\p{M}]+",
    "[a-z&&[^aeiou]]", "[a-z&&b-d]+", "[^a-z&&[^aeiou]]", "[a-c[x-z]]", "[]a]", "[a-]", "[\\]\\-]", "[&&a]", "a-b",
    "\\x20", "\\x{4f60}", "\\u4e16", "\\t|\\n|\\r", "[\\t-\\r]", "\\-\\'\\<", "\\012", "\\e", "\\.", "\\/", "{", "a{", "}",
    "(?<name>a)b", "(a)(b)", "(?=b)", "(?!b).", "(?<=a)b", "(?<!a)b", "(?#comment)a", "(?x: a b # c\n)", "\\p{P}", "\\p{Punct}",
    "[!-/:-@\\[-`{-~]", "\\p{Sc}", "\\p{Emoji}", "'s|'t", "|", "a||b", "(?:)", "\U0001f600+", "[\U0001f600-\U0001f64f]",
]


def small_model():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return {"type": "BPE", "vocab": model["vocab"], "merges": [" ".join(merge) for merge in model["merges"]]}


def variants():
    model = small_model()
    texts = ["", " ", "a", " quick brown", "brown browning", "x brown", "tion  ing  \n x", "aaaaaaa", "<|<|im_end|>"]
    texts += ["  <|im_start|> <|im_end", "e\u0301\u0041\u030a\u1112\u1161\u11ab", "\ufb01\u00b2\u2167\uff21", "d\u00e9ja\u0300 vu \u00dcber"]
    texts += [random_string(SEED, index) for index in range(12)]
    result = []
    for name, parts in VARIANTS.items():
        fresh = itertools.count(1000)
        tokens = [
            {"id": model["vocab"].get(token["content"]) or next(fresh), **token}
            for token in parts.get("added_tokens", [])
        ]
        if "TemplateProcessing" in json.dumps(parts):
            tokens = [{"id": 1000, **added("[A]", special=True)}, {"id": 1001, **added("[Z]", special=True)}]
        pad = {f"[pad{id}]": id for id in range(len(model["vocab"]), 1000)}
        document = {
            "version": "1.0",
            "added_tokens": tokens,
            "normalizer": parts.get("normalizer"),
            "pre_tokenizer": parts.get("pre_tokenizer", BYTE_LEVEL),
            "post_processor": parts.get("post_processor"),
            "decoder": BYTE_LEVEL,
            "model": {**model, "ignore_merges": parts.get("ignore_merges", False)},
        }
        tokenizer = Tokenizer.from_str(json.dumps({**document, "model": {**document["model"], "vocab": {**model["vocab"], **pad}}}))
        cases = []
        for text in texts:
            tokenizer.encode_special_tokens = True
            plain = tokenizer.encode(text)
            tokenizer.encode_special_tokens = False
            parsed = tokenizer.encode(text, add_special_tokens=False).ids
            cases.append([text, plain.ids, utf16_offsets(text, plain.offsets), *([parsed] if parsed != plain.ids else [])])
        del document["model"]
        result.append({"name": name, "tokenizer": document, "ignoreMerges": parts.get("ignore_merges", False), "cases": cases})
    return {"producedBy": f"tokenizers {__version__}", "model": model, "variants": result}


def patterns():
    texts = ["", "aab\nabc  a\n", "\n", "a\n\nb", "The fox\u017f kK\u212a 'S'LL", "x{a{2} 12\t \u00e9\u4f60\u4e16\u03b1 $+\u20ac!"]
    texts += ["aaaaaa b c", "ab abab c", "[]-'<\\&&./", "\U0001f600\U0001f600 \u0660 _ - x\u001b"]
    texts += [random_string(SEED + 1, index) for index in range(12)]
    result = []
    for pattern in PATTERNS:
        cut = pre_tokenizers.Split(Regex(pattern), "isolated")
        pieces = [utf16_offsets(text, [offsets for _, offsets in cut.pre_tokenize_str(text)]) for text in texts]
        result.append({"pattern": pattern, "pieces": pieces})
    return {"producedBy": f"tokenizers {__version__}", "texts": texts, "patterns": result}


def write(name, document):
    lines = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    for key in ['{"name"', '{"pattern"']:
        lines = lines.replace(key, "\n" + key)
    (GOLDEN / name).write_text(lines + "\n", "utf-8")


if __name__ == "__main__":
    write("variants.golden.json", variants())
    write("patterns.golden.json", patterns())
