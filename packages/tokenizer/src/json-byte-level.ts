import type { PreTokenizerReader } from './json-readers.ts';
import { prefixSpace, scanWith, wholeText } from './pre-tokenizer.ts';
import { numberScanner } from './scan.ts';
import { scanGpt2 } from './scan-gpt2.ts';

/** Reads the pre-tokenizer `ByteLevel`. Writing pieces in the alphabet of bytes is left to the model, or to a step after it. */
export const readByteLevel: PreTokenizerReader = (node) => {
  const cut = node.get('use_regex').boolean(true) ? scanWith(scanGpt2) : wholeText;
  return node.get('add_prefix_space').boolean(true) ? prefixSpace(cut) : cut;
};

export const readDigits: PreTokenizerReader = (node) =>
  scanWith(numberScanner(node.get('individual_digits').boolean()));
