import type { FileOptions } from './file-options.ts';
import { readGgufByteLevel } from './gguf-byte-level.ts';
import { type GgufMetadata, readTokenizerGguf } from './read-tokenizer-gguf.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

/**
 * Like `tokenizerFromGguf` of `@llamella/tokenizer`, for byte-level BPE (`gpt2`) alone.
 *
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} when the file has another kind of tokenizer, or a `tokenizer.ggml.pre` that is not
 *   known
 */
export function tokenizerFromGguf(metadata: GgufMetadata, options: FileOptions = {}): TextTokenizer {
  return readTokenizerGguf(metadata, options, {
    kinds: { gpt2: readGgufByteLevel },
    advice: 'import @llamella/tokenizer, which knows more than @llamella/tokenizer/byte-level',
  });
}
