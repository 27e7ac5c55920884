import { toByteAlphabet } from './byte-level-text.ts';
import { readPattern } from './json-pattern.ts';
import type { NormalizerReader } from './json-readers.ts';
import { unicodeForms } from './json-unicode-forms.ts';
import { readPrecompiled } from './json-unigram-model.ts';
import { type Normalizer, prepend, replaceAll } from './normalizer.ts';
import { unicodeForm } from './unicode-form.ts';

/** Readers of all normalizers of tokenizer.json. */
export const allNormalizers: Readonly<Record<string, NormalizerReader>> = {
  ...unicodeForms,
  BertNormalizer: (node) => {
    const lower = node.get('lowercase').boolean(true);
    const steps: Normalizer[] = [];
    if (node.get('clean_text').boolean(true)) {
      steps.push(
        replaceAll(/[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/gu, ''),
        replaceAll(/(?! )\p{White_Space}/gu, ' '),
      );
    }
    if (node.get('handle_chinese_chars').boolean(true))
      steps.push(replaceAll(ideograph, (matched) => ` ${matched} `));
    if (node.get('strip_accents').boolean(lower)) steps.push(unicodeForm('NFD'), replaceAll(/\p{Mn}/gu, ''));
    return lower ? [...steps, lowercase] : steps;
  },
  ByteLevel: () => [toByteAlphabet],
  Lowercase: () => [lowercase],
  Nmt: () => [
    replaceAll(/(?![\0\t\n\f\r\u0080-\u008e\u0090-\u009e])\p{Cc}/gu, ''),
    replaceAll(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' '),
  ],
  Precompiled: readPrecompiled,
  Prepend: (node) => [prepend(node.get('prepend').string())],
  Replace: (node) => [replaceAll(readPattern(node.get('pattern')), node.get('content').string())],
  Strip: (node) => {
    const sides = [
      node.get('strip_left').boolean(true) ? String.raw`^\p{White_Space}+` : '',
      node.get('strip_right').boolean(true) ? String.raw`(?<!\p{White_Space})\p{White_Space}+$` : '',
    ].filter(Boolean);
    return sides.length > 0 ? [replaceAll(new RegExp(sides.join('|'), 'gu'), '')] : [];
  },
  StripAccents: () => [replaceAll(/\p{M}/gu, '')],
};

/** Character by character, so that a final sigma is as any other. */
const lowercase = replaceAll(/\p{Changes_When_Lowercased}/gu, (matched) => matched.toLowerCase());

const ideograph =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
