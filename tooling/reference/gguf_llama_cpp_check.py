# Requirements: python 3.11, numpy==2.4.6, and the prebuilt llama.cpp of npm's @node-llama-cpp/linux-x64@3.22.1
"""Lets llama.cpp read files of gguf_architectures.py, to see that their metadata and tensors say what they should.

Prints, per model, the largest difference of llama.cpp's logits to those of transformers, as a part of the largest logit.
Make the files with --float32 first. llama.cpp leaves out what some files state: the sliding windows of llama and phi3
(positions before the window ends are compared there), and the ends of YaRN's ramp for llama (that model is left out).

Parameters go through oversized buffers: the C functions write and read the part of them that they know. A field's place
is found by the defaults around it, so that versions of the library may differ.

Run: python tooling/reference/gguf_llama_cpp_check.py FOLDER_OF_LIBRARIES FOLDER_OF_MODELS
"""

import base64
import ctypes
import json
import struct
import sys
from pathlib import Path

import numpy as np

# Rows to compare, where llama.cpp leaves out a window.
ROWS = {"mistral": 7, "phi3": 9}
LEFT_OUT = {"llama-yarn"}


class Parameters(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_uint8 * 1024)]


class Batch(ctypes.Structure):
    _fields_ = [
        ("n_tokens", ctypes.c_int32),
        ("token", ctypes.POINTER(ctypes.c_int32)),
        ("embd", ctypes.c_void_p),
        ("pos", ctypes.POINTER(ctypes.c_int32)),
        ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    ]


def load(folder):
    ctypes.CDLL(str(folder / "libggml-base.so"), mode=ctypes.RTLD_GLOBAL)
    ggml = ctypes.CDLL(str(next(folder.glob("libggml.v*.so"))), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(next(folder.glob("libllama.v*.so"))), mode=ctypes.RTLD_GLOBAL)
    ggml.ggml_backend_load_all_from_path(str(folder).encode())
    library.llama_model_default_params.restype = Parameters
    library.llama_context_default_params.restype = Parameters
    library.llama_model_load_from_file.restype = ctypes.c_void_p
    library.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Parameters]
    library.llama_init_from_model.restype = ctypes.c_void_p
    library.llama_init_from_model.argtypes = [ctypes.c_void_p, Parameters]
    library.llama_batch_init.restype = Batch
    library.llama_decode.argtypes = [ctypes.c_void_p, Batch]
    library.llama_get_logits.restype = ctypes.POINTER(ctypes.c_float)
    library.llama_get_logits.argtypes = [ctypes.c_void_p]
    return library


def context_parameters(library, context_length):
    """Context and batch sizes come first; keys and values default to float16 (1, 1), and are kept in float32 (0, 0)."""
    parameters = library.llama_context_default_params()
    words = bytearray(bytes(parameters.bytes))
    struct.pack_into("<III", words, 0, context_length, 256, 256)
    # After the two pointers of a callback, which are null.
    place = words.find(bytes(16) + struct.pack("<II", 1, 1), 56)
    assert place > 0 and place % 4 == 0
    struct.pack_into("<II", words, place + 16, 0, 0)
    # Kinds of scaling, pooling, attention and flash attention are all -1; without the last one, sums are float32.
    kinds = words.find(b"\xff" * 16)
    assert kinds > 0 and kinds % 4 == 0
    struct.pack_into("<i", words, kinds + 12, 0)
    parameters.bytes = (ctypes.c_uint8 * 1024)(*words)
    return parameters


def logits_of(library, path, tokens, context_length):
    model = library.llama_model_load_from_file(str(path).encode(), library.llama_model_default_params())
    assert model, path
    context = library.llama_init_from_model(model, context_parameters(library, context_length))
    assert context, path
    batch = library.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for index, token in enumerate(tokens):
        batch.token[index] = token
        batch.pos[index] = index
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = 0
        batch.logits[index] = 1
    assert library.llama_decode(context, batch) == 0
    return np.ctypeslib.as_array(library.llama_get_logits(context), (len(tokens), 64)).copy()


def main():
    library = load(Path(sys.argv[1]))
    worst = 0.0
    lines = []
    for folder in sorted(Path(sys.argv[2]).iterdir()):
        if folder.name in LEFT_OUT:
            continue
        answer = json.loads((folder / "logits.json").read_text())
        expected = np.frombuffer(base64.b64decode(answer["logits"]), "<f4").reshape(-1, 64)
        rows = ROWS.get(folder.name, len(expected))
        # llama.cpp rounds contexts up to 256 tokens, so the short frequencies of LongRoPE cannot be asked for.
        actual = logits_of(library, folder / "model.gguf", answer["tokens"], 256)
        error = np.abs(actual[:rows] - expected[:rows]).max() / np.abs(expected).max()
        lines.append(f"{folder.name}: {error:.1e} ({rows} of {len(expected)} tokens)")
        worst = max(worst, error)
    print("\n".join(lines), f"\nworst {worst:.1e}")


main()
