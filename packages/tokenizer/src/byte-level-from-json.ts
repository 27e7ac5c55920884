import { byteLevelReaders } from './byte-level-readers.ts';
import type { FileOptions } from './file-options.ts';
import { readTokenizerJson } from './read-tokenizer-json.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

/**
 * Like `tokenizerFromJson` of `@llamella/tokenizer`, for byte-level BPE alone.
 *
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} naming the part of the tokenizer that is not known here
 */
export function tokenizerFromJson(
  tokenizerJson: unknown,
  tokenizerConfig?: unknown,
  options: FileOptions = {},
): TextTokenizer {
  return readTokenizerJson(tokenizerJson, tokenizerConfig, options, byteLevelReaders);
}
