import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { peerBinaries } from '../peer-install.ts';

/**
 * Structs of parameters, longer than any version of llama.h has them: they are returned and passed in memory, of which
 * the library uses what it knows. Only first members are set here, and read back where the library allows it.
 */
const parameters = koffi.struct('llamella_parameters', { words: koffi.array('int32_t', 128) });
interface Parameters {
  words: Int32Array;
}

/** `llama_batch`; pointers as numbers. */
const batchType = koffi.struct('llama_batch', {
  n_tokens: 'int32_t',
  ...{ token: 'uint64_t', embd: 'uint64_t', pos: 'uint64_t' },
  ...{ n_seq_id: 'uint64_t', seq_id: 'uint64_t', logits: 'uint64_t' },
});

type Pointer = unknown;

/** A model and a context of llama.cpp. */
export interface LlamaContext {
  /** As llama.cpp tokenizes it, with the special tokens that the model adds. */
  tokenize(text: string): Uint32Array;
  /**
   * Runs tokens from an empty context.
   *
   * @param first position of the first logits to return
   * @returns a view of the logits of the token at a position, valid until the next call
   */
  evaluate(tokens: Uint32Array, first: number): (position: number) => Float32Array;
}

/** What is used of libllama: the library that node-llama-cpp brings. */
export interface LlamaLibrary {
  /** Writes a GGUF anew with another mix of types, as `llama-quantize --allow-requantize` does. */
  quantize(from: string, to: string, fileType: number, threads: number): void;
  open(path: string, contextLength: number, threads: number): LlamaContext;
}

/**
 * Loads libllama of the installed node-llama-cpp. It stays in the process with everything that it allocates.
 *
 * @throws {Error} when there is none for this platform
 */
export function loadLlamaLibrary(): LlamaLibrary {
  const folder = peerBinaries();
  const llama = koffi.load(libraryPath(folder, 'llama'));
  const ggml = koffi.load(libraryPath(folder, 'ggml'));
  ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(folder);
  llama.func('llama_backend_init', 'void', [])();
  const defaults = (name: string) => llama.func(name, parameters, [])() as Parameters;
  return {
    quantize(from, to, fileType, threads) {
      const quantize = llama.func('llama_model_quantize', 'uint32_t', [
        'str',
        'str',
        koffi.pointer(parameters),
      ]);
      const settings = defaults('llama_model_quantize_default_params');
      settings.words[0] = threads;
      settings.words[1] = fileType;
      // allow_requantize is the first of the flags, after the types of the head and of the embedding.
      settings.words[4]! |= 1;
      const status = quantize(from, to, settings) as number;
      if (status !== 0) throw new Error(`llama_model_quantize of ${from} failed (${status})`);
    },
    open: (path, contextLength, threads) => openContext(llama, defaults, path, contextLength, threads),
  };
}

function openContext(
  llama: ReturnType<typeof koffi.load>,
  defaults: (name: string) => Parameters,
  path: string,
  contextLength: number,
  threads: number,
): LlamaContext {
  const load = llama.func('llama_model_load_from_file', 'void*', ['str', parameters]);
  const model = load(path, defaults('llama_model_default_params')) as Pointer;
  if (model === null) throw new Error(`llama.cpp cannot load ${path}`);
  const settings = defaults('llama_context_default_params');
  // n_ctx, n_batch, n_ubatch
  settings.words.fill(contextLength, 0, 3);
  const context = llama.func('llama_init_from_model', 'void*', ['void*', parameters])(
    model,
    settings,
  ) as Pointer;
  if (context === null) throw new Error(`llama.cpp makes no context for ${path}`);
  const numberOf = (name: string, of: Pointer) => llama.func(name, 'int32_t', ['void*'])(of) as number;
  for (const name of ['llama_n_ctx', 'llama_n_batch', 'llama_n_ubatch']) {
    const actual = numberOf(name, context);
    if (actual !== contextLength)
      throw new Error(`${name} is ${actual}, not ${contextLength}: llama.h has changed`);
  }
  llama.func('llama_set_n_threads', 'void', ['void*', 'int32_t', 'int32_t'])(context, threads, threads);
  const vocabulary = llama.func('llama_model_get_vocab', 'void*', ['void*'])(model) as Pointer;
  const vocabularySize = numberOf('llama_vocab_n_tokens', vocabulary);
  const memory = llama.func('llama_get_memory', 'void*', ['void*'])(context) as Pointer;
  const clear = llama.func('llama_memory_clear', 'void', ['void*', 'bool']);
  const decode = llama.func('llama_decode', 'int32_t', ['void*', batchType]);
  const logitsAt = llama.func('llama_get_logits_ith', 'void*', ['void*', 'int32_t']);
  const tokenize = llama.func('llama_tokenize', 'int32_t', [
    ...['void*', 'str', 'int32_t', 'uint32_t*', 'int32_t', 'bool', 'bool'],
  ]);
  return {
    tokenize(text) {
      const length = Buffer.byteLength(text);
      const tokens = new Uint32Array(length + 2);
      const count = tokenize(vocabulary, text, length, tokens, tokens.length, true, false) as number;
      if (count < 0) throw new Error(`llama_tokenize gave ${count}`);
      return tokens.subarray(0, count);
    },
    evaluate(tokens, first) {
      const flags = new Int8Array(tokens.length).fill(1, first);
      const none = { embd: 0, pos: 0, n_seq_id: 0, seq_id: 0 };
      clear(memory, true);
      const pointers = { token: koffi.address(tokens), logits: koffi.address(flags) };
      const status = decode(context, { n_tokens: tokens.length, ...none, ...pointers }) as number;
      if (status !== 0) throw new Error(`llama_decode gave ${status}`);
      return (position) => {
        const row = logitsAt(context, position) as Pointer;
        if (row === null) throw new Error(`no logits at position ${position}`);
        return new Float32Array(koffi.view(row, vocabularySize * Float32Array.BYTES_PER_ELEMENT));
      };
    },
  };
}

function libraryPath(folder: string, name: string): string {
  const pattern = new RegExp(`^(lib)?${name}(\\.v[\\d.]+)?\\.(so|dll|dylib)$`);
  const file = existsSync(folder) ? readdirSync(folder).find((each) => pattern.test(each)) : undefined;
  if (file === undefined) throw new Error(`there is no library ${name} in ${folder}`);
  return join(folder, file);
}
