import { allReaders } from './all-readers.ts';
import type { FileOptions } from './file-options.ts';
import { readTokenizerJson } from './read-tokenizer-json.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

/**
 * Makes the tokenizer that a Hugging Face tokenizer.json describes. Its `truncation` and `padding` are not applied.
 *
 * @param tokenizerJson the parsed tokenizer.json
 * @param tokenizerConfig the parsed tokenizer_config.json, which says which tokens are BOS, EOS, unknown and
 *   padding. Without it BOS is the first token of the template and EOS is not known.
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} naming the part of the tokenizer that this package does not know
 */
export function tokenizerFromJson(
  tokenizerJson: unknown,
  tokenizerConfig?: unknown,
  options: FileOptions = {},
): TextTokenizer {
  return readTokenizerJson(tokenizerJson, tokenizerConfig, options, allReaders);
}
