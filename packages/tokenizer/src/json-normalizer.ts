import { readPattern } from './json-pattern.ts';
import type { NormalizerReader } from './json-readers.ts';
import { prepend, replaceAll, unicodeForm } from './normalizer.ts';

/** Normalizers of byte-level tokenizers. */
export const byteLevelNormalizers: Readonly<Record<string, NormalizerReader>> = {
  NFC: () => [unicodeForm('NFC')],
  NFD: () => [unicodeForm('NFD')],
  NFKC: () => [unicodeForm('NFKC')],
  NFKD: () => [unicodeForm('NFKD')],
  Prepend: (node) => [prepend(node.get('prepend').string())],
  Replace: (node) => [replaceAll(readPattern(node.get('pattern')), node.get('content').string())],
};
