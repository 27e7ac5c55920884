import type { NormalizerReader } from './json-readers.ts';
import { unicodeForm } from './unicode-form.ts';

/** Readers of the normalizers that are forms of Unicode. */
export const unicodeForms: Readonly<Record<string, NormalizerReader>> = {
  NFC: () => [unicodeForm('NFC')],
  NFD: () => [unicodeForm('NFD')],
  NFKC: () => [unicodeForm('NFKC')],
  NFKD: () => [unicodeForm('NFKD')],
};
