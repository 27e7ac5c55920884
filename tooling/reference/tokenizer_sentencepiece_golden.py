# Requirements: python 3.11, sentencepiece==0.2.3, protobuf==7.36.2, tokenizers==0.23.3, gguf==0.19.0, brotli==1.1.0, and
# libllama.so of npm @node-llama-cpp/linux-x64@3.22.1
"""Small SentencePiece models and what their references make of random strings, for packages/tokenizer.

Trains models on random strings, and writes them to test/fixtures/sentencepiece, compressed with Brotli, and
golden/sentencepiece.golden.json: for each model and reference one FNV-1a hash per block of strings, over ids, texts
decoded from them and from random ids (SentencePiece), ids and offsets (`tokenizers`, for models of type unigram in a
tokenizer.json), or ids (llama.cpp, for the same in GGUF).

Run: python tokenizer_sentencepiece_golden.py FOLDER_WITH_LIBLLAMA
"""

import io
import json
import sys
import tempfile
from pathlib import Path

import brotli
import gguf
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizer_llama_cpp_golden import Llama
from tokenizer_strings import GOLDEN, TEST, Mulberry32, fnv1a, random_string, utf16_offsets
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import Unigram

SEED = 23
BLOCK = 50
BLOCKS = 60
FIXTURES = TEST / "fixtures/sentencepiece"
# Between two random strings; the same list is in packages/tokenizer/test/sentence-piece.test.ts.
EXTRAS = [
    "", " ", "  ", "\u2581", "<sep>", "a b", "\u00e9", "the", "<ctl>", "<s>", "</s>", "<unk>", "<0x41>", "e\u0301", "\ufdfa", "\ufb01",
    "\u3000", "\u00a0", "\u2122", "\u2122\u0001", "\u0001", "\t", "\n", "\u01c4", "\u3314", "\u2025", "\uff76\uff9e", "  \u2581 ", "\u200b",
]
SYMBOLS = {"user_defined_symbols": ["<sep>", "a b", "\u00e9", "the"], "control_symbols": ["<ctl>"]}
RAW = {"normalization_rule_name": "identity", "remove_extra_whitespaces": False}
MODELS = {
    "unigram": {"model_type": "unigram", "vocab_size": 2600, **SYMBOLS},
    "unigram-bytes": {"model_type": "unigram", "vocab_size": 2600, "byte_fallback": True, "split_by_whitespace": False, **RAW},
    "unigram-suffix": {"model_type": "unigram", "vocab_size": 2600, "treat_whitespace_as_suffix": True, "normalization_rule_name": "identity"},
    "bpe-bytes": {"model_type": "bpe", "vocab_size": 2600, "byte_fallback": True, "pad_id": 3, **RAW, **SYMBOLS},
    "bpe-plain": {"model_type": "bpe", "vocab_size": 2600, "normalization_rule_name": "identity", "add_dummy_prefix": False, "unk_surface": "<?>"},
}
# GGUF metadata: name of the model, kind, and flags.
GGUF = {
    "llama": ("bpe-bytes", "llama", {}),
    "llama without space": ("bpe-bytes", "llama", {"add_space_prefix": False, "add_bos_token": False, "add_eos_token": True}),
    "t5": ("unigram", "t5", {"add_space_prefix": True, "remove_extra_whitespaces": True}),
    "t5 as it is": ("unigram", "t5", {"add_space_prefix": True}),
    "t5 without flags": ("unigram", "t5", {}),
}


def text_of(index):
    return random_string(SEED, 2 * index) + EXTRAS[index % len(EXTRAS)] + random_string(SEED, 2 * index + 1)


def train(options):
    corpus = [text for index in range(1, 3000) for text in text_of(index).replace("\0", "").split("\n") if 0 < len(text) < 500]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=model, minloglevel=2, num_threads=1, hard_vocab_limit=False, character_coverage=0.98, **options
    )
    return model.getvalue()


def units(text):
    data = text.encode("utf-16-le")
    return [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]


def blocks(words_of):
    hashes = []
    for block in range(BLOCKS):
        words = []
        for index in range(block * BLOCK, (block + 1) * BLOCK):
            words += [*words_of(text_of(index), index), 0xFFFFFFFF]
        hashes.append(fnv1a(words))
    return hashes


def by_sentencepiece(model):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)

    def words(text, index):
        ids = processor.encode(text)
        random = Mulberry32(index)
        others = [random.below(processor.get_piece_size()) for _ in range(8)]
        return [*ids, *units(processor.decode(ids)), *units(processor.decode(others))]

    return blocks(words)


def by_tokenizers(model):
    """With `Precompiled` where the model has a character map."""
    fields = proto.ModelProto.FromString(model)
    pieces = [(piece.piece, piece.score) for piece in fields.pieces]
    tokenizer = Tokenizer(Unigram(pieces, fields.trainer_spec.unk_id, byte_fallback=fields.trainer_spec.byte_fallback))
    if fields.normalizer_spec.precompiled_charsmap:
        tokenizer.normalizer = normalizers.Precompiled(fields.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("\u2581", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace("\u2581", prepend_scheme="always")
    tokenizer = Tokenizer.from_str(tokenizer.to_str())

    def words(text, _):
        encoding = tokenizer.encode(text)
        return [*encoding.ids, *utf16_offsets(text, encoding.offsets)]

    return blocks(words)


def by_llama_cpp(llama, model, kind, flags, folder):
    fields = proto.ModelProto.FromString(model)
    path = Path(folder) / "vocabulary.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model(kind)
    writer.add_token_list([piece.piece for piece in fields.pieces])
    writer.add_token_scores([piece.score for piece in fields.pieces])
    # The library cuts characters that share bytes with user-defined tokens.
    writer.add_token_types([1 if piece.piece == "\u00e9" else int(piece.type) for piece in fields.pieces])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    if kind == "t5":
        writer.add_precompiled_charsmap(fields.normalizer_spec.precompiled_charsmap)
    for key, value in flags.items():
        writer.add_bool(f"tokenizer.ggml.{key}", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    vocabulary = llama.load(path)
    return blocks(lambda text, _: llama.tokenize(vocabulary, text))


def main(folder):
    FIXTURES.mkdir(exist_ok=True)
    models = {name: train(options) for name, options in MODELS.items()}
    for name, model in models.items():
        (FIXTURES / f"{name}.model.br").write_bytes(brotli.compress(model))
    llama = Llama(folder)
    with tempfile.TemporaryDirectory() as scratch:
        document = {
            "seed": SEED,
            "block": BLOCK,
            "sentencepiece": {name: by_sentencepiece(model) for name, model in models.items()},
            "tokenizers": {name: by_tokenizers(models[name]) for name in ("unigram", "unigram-bytes")},
            "llama.cpp": {
                name: {"model": model, "kind": kind, "flags": flags, "hashes": by_llama_cpp(llama, models[model], kind, flags, scratch)}
                for name, (model, kind, flags) in GGUF.items()
            },
        }
    (GOLDEN / "sentencepiece.golden.json").write_text(json.dumps(document) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
