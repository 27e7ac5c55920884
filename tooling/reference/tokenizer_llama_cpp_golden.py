# Requirements: python 3.11, tokenizers==0.23.3, gguf==0.19.0, and libllama.so of npm @node-llama-cpp/linux-x64@3.22.1
"""Token ids by llama.cpp for every name in `tokenizer.ggml.pre`, for packages/tokenizer.

Trains a byte-level BPE vocabulary without pre-tokenizer, so that its merges cross every boundary that a
pre-tokenizer could set, and writes golden/pre-tokenizers.golden.json: the merges, and for each name one CRC-32 per
block of strings over their ids, which start with BOS where the name asks for it. A name that the library does not
know is left out and printed. `glm4` and `glm5` are left out: after this version, `glm5` was added, and both began to
take whole pieces for tokens. `whitespace` is left out: the library stops the process when a text has a space.

Run: python tokenizer_llama_cpp_golden.py FOLDER_WITH_LIBLLAMA [BLOCKS]
With BLOCKS, other numbers of blocks are written to the standard output instead.
"""

import ctypes
import json
import re
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import gguf
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from tokenizer_fuzz_strings import fuzz_string
from tokenizer_strings import GOLDEN

SEED = 11
BLOCK = 40
BLOCKS = 50
NAMES = """
llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano dbrx smaug-bpe chatglm-bpe
minicpm5 jais-2 gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert jina-v1-en
jina-v2-code roberta-bpe mpt olmo jais trillion granite-docling exaone4 smollm starcoder refact command-r codeshell
exaone minerva-7b mellum2 qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2 bailingmoe
bailingmoe2 llada-moe qwen35 ufakzeka seed-coder exaone-moe laguna tekken gpt-4o llama4 kanana2 talkie minimax-m2
granite-embed-multi-97m tiny_aya cohere2moe youtu kimi-k2 deepseek-v3 hunyuan-dense joyai-llm hy_v4 spark2_5 afmoe
deepseek-llm deepseek-coder falcon default poro-chat bloom gpt3-finnish viking chameleon superbpe
gemma4 granite-embed-multi-311m sarvam-moe
""".split()
CHARACTER_LEVEL = {"gemma4", "granite-embed-multi-311m", "sarvam-moe"}
VOCABULARY = 3000
# Tokens that no merge makes: only names that take whole pieces for tokens give them.
WHOLE = ["antidisestablishmentarianism", "\u0120internationalization", "JSONParserJSONParser", "\u0120lazy\u0120lazy"]


def train(character_level):
    """Merges as pairs of strings."""
    tokenizer = Tokenizer(models.BPE())
    corpus = [fuzz_string(SEED, index) for index in range(1, 4000)]
    if character_level:
        # The format ends strings at NUL.
        corpus = [text.replace(" ", "\u2581").replace("\0", "") for text in corpus]
        tokenizer.pre_tokenizer = pre_tokenizers.Split("\n", "isolated")
        alphabet = []
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=alphabet, limit_alphabet=600, show_progress=False, max_token_length=24
    )
    tokenizer.train_from_iterator((text for text in corpus if len(text) < 400), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    single = sorted((token for token in model["vocab"] if len(token) == 1), key=model["vocab"].get)
    return single, [pair if isinstance(pair, list) else pair.split(" ") for pair in model["merges"]]


def vocabulary(single, merges, character_level):
    """Tokens in id order: BOS, EOS, bytes for a vocabulary of characters, characters, merged pairs."""
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if character_level else []
    tokens = ["<bos>", "<eos>", *bytes_, *WHOLE, *single, *("".join(pair) for pair in merges)]
    tokens = list(dict.fromkeys(tokens))
    kinds = [3 if id < 2 else 6 if re.fullmatch("<0x[0-9A-F]{2}>", token) else 1 for id, token in enumerate(tokens)]
    return tokens, kinds


def write_gguf(path, name, tokens, kinds, merges):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gemma4" if name == "gemma4" else "gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(8)
    writer.add_head_count(1)
    writer.add_feed_forward_length(8)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Parameters(ctypes.Structure):
    """`llama_model_params`, as bytes: its fields differ from one version to the next."""

    _fields_ = [("bytes", ctypes.c_ubyte * 256)]


class Llama:
    def __init__(self, folder):
        path = next(Path(folder).glob("libllama.*so*"))
        self.library = ctypes.CDLL(str(path))
        self.library.llama_model_default_params.restype = Parameters
        self.library.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Parameters]
        self.library.llama_model_load_from_file.restype = ctypes.c_void_p
        self.library.llama_model_get_vocab.argtypes = [ctypes.c_void_p]
        self.library.llama_model_get_vocab.restype = ctypes.c_void_p
        self.library.llama_version.restype = ctypes.c_char_p
        signature = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32]
        self.library.llama_tokenize.argtypes = [*signature, ctypes.c_bool, ctypes.c_bool]
        self.silence = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
        self.library.llama_log_set(self.silence, None)
        self.ids = (ctypes.c_int32 * 100000)()

    def load(self, path):
        """@returns a vocabulary, or None when the library cannot read the file."""
        parameters = self.library.llama_model_default_params()
        # The booleans start with vocab_only (false), check_tensors (false), use_extra_bufts (true).
        flags = bytes(parameters.bytes).index(b"\0\0\1\0", 56)
        parameters.bytes[flags] = 1
        model = self.library.llama_model_load_from_file(str(path).encode(), parameters)
        return self.library.llama_model_get_vocab(model) if model else None

    def tokenize(self, vocab, text):
        data = text.encode()
        count = self.library.llama_tokenize(vocab, data, len(data), self.ids, len(self.ids), True, False)
        return self.ids[:count]


def main(folder, blocks=None):
    llama = Llama(folder)
    document = {"producedBy": f"llama.cpp {llama.library.llama_version().decode()}", "seed": SEED, "block": BLOCK, "whole": WHOLE}
    document["names"] = {}
    trained = {level: train(level) for level in (False, True)}
    for level, key in ((False, "bytes"), (True, "characters")):
        single, merges = trained[level]
        document[key] = {"single": single, "merges": [" ".join(pair) for pair in merges]}
    for name in NAMES:
        level = name in CHARACTER_LEVEL
        single, merges = trained[level]
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "vocabulary.gguf"
            write_gguf(path, name, *vocabulary(single, merges, level), merges)
            vocab = llama.load(path)
        if vocab is None:
            print(f"{name}: not known to this library", file=sys.stderr)
            continue
        hashes = []
        for block in range(int(blocks or BLOCKS)):
            crc = 0
            for index in range(block * BLOCK, (block + 1) * BLOCK):
                ids = llama.tokenize(vocab, fuzz_string(SEED, index))
                crc = zlib.crc32(struct.pack(f"<{len(ids) + 1}I", len(ids), *ids), crc)
            hashes.append(f"{crc:08x}")
        document["names"][name] = "".join(hashes)
    text = json.dumps(document, ensure_ascii=True, indent=1) + "\n"
    if blocks:
        print(text)
    else:
        (GOLDEN / "pre-tokenizers.golden.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
