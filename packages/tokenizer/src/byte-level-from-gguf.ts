import type { FileOptions } from './file-options.ts';
import { fullPackage as advice } from './full-package.ts';
import { readGgufByteLevel } from './gguf-byte-level.ts';
import { commonNames, namedPreTokenizer } from './gguf-common-names.ts';
import type { GgufReaders } from './gguf-readers.ts';
import { type GgufMetadata, readTokenizerGguf } from './read-tokenizer-gguf.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

const readers: GgufReaders = {
  kinds: {
    gpt2: (source) => {
      const pre = source.get('pre');
      return readGgufByteLevel(
        source,
        namedPreTokenizer(commonNames, pre.string('default')) ?? pre.unsupported(advice),
      );
    },
  },
  advice,
};

/**
 * Like `tokenizerFromGguf` of `@llamella/tokenizer`, for byte-level BPE (`gpt2`) that cuts text as GPT-2, Llama 3, Qwen 2
 * or SmolLM do.
 *
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} when the file has another kind of tokenizer, or another `tokenizer.ggml.pre`
 */
export function tokenizerFromGguf(metadata: GgufMetadata, options: FileOptions = {}): TextTokenizer {
  return readTokenizerGguf(metadata, options, readers);
}
