import type { FileNode } from './file-node.ts';
import { readMetaspace } from './json-metaspace.ts';
import { literalPattern, readPattern } from './json-pattern.ts';
import type { PreTokenizerReader } from './json-readers.ts';
import { knownScanner } from './known-scanners.ts';
import { metaspace } from './metaspace.ts';
import { type PreTokenizer, prefixSpace, scanWith, sequence, wholeText } from './pre-tokenizer.ts';
import { numberScanner } from './scan.ts';
import { scanGpt2 } from './scan-gpt2.ts';
import { type SplitBehavior, splitAt, splitBehaviors } from './split.ts';
import { splitScripts } from './unicode-scripts.ts';

/** Pre-tokenizers of byte-level tokenizers. */
export const byteLevelPreTokenizers: Readonly<Record<string, PreTokenizerReader>> = {
  // Writing pieces in the alphabet of bytes is left to the model or to the step after this one.
  ByteLevel: (node) => {
    const cut = node.get('use_regex').boolean(true) ? scanWith(scanGpt2) : wholeText;
    return node.get('add_prefix_space').boolean(true) ? prefixSpace(cut) : cut;
  },
  Digits: (node) => scanWith(numberScanner(node.get('individual_digits').boolean(false))),
  Punctuation: (node) => splitAt(punctuation, readBehavior(node), false),
  Split: readSplit,
  Whitespace: () => splitAt(whitespacePattern, 'Removed', true),
  WhitespaceSplit: () => splitAt(whiteSpace, 'Removed', false),
};

/** Pre-tokenizers of all other tokenizers. */
export const otherPreTokenizers: Readonly<Record<string, PreTokenizerReader>> = {
  BertPreTokenizer: () =>
    sequence([splitAt(whiteSpace, 'Removed', false), splitAt(punctuation, 'Isolated', false)]),
  CharDelimiterSplit: (node) => splitAt(literalPattern(node.get('delimiter').character()), 'Removed', false),
  FixedLength: (node) => {
    const field = node.get('length');
    const length = field.absent ? 5 : field.index(2 ** 31);
    if (length === 0) field.fail('pieces of no characters');
    return splitAt(new RegExp(`[^]{1,${length}}`, 'gu'), 'Isolated', false);
  },
  Metaspace: (node) => {
    const { replacement, scheme } = readMetaspace(node);
    return metaspace(replacement, scheme, node.get('split').boolean(true));
  },
  UnicodeScripts: () => splitScripts,
};

const whiteSpace = /\p{White_Space}/gu;
const punctuation = /[\p{P}$+<=>^`|~]/gu;
const whitespacePattern =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

function readSplit(node: FileNode): PreTokenizer {
  const behavior = readBehavior(node);
  const invert = node.get('invert').boolean(false);
  const scanner = knownScanner(node.get('pattern').get('Regex').value);
  // These patterns leave no gaps: isolating matches or keeping what is not between them gives the same pieces.
  if (scanner && (behavior === 'Isolated' || (behavior === 'Removed' && invert))) return scanWith(scanner);
  return splitAt(readPattern(node.get('pattern')), behavior, invert);
}

function readBehavior(node: FileNode): SplitBehavior {
  const behavior = node.get('behavior');
  const name = behavior.absent ? 'Isolated' : behavior.string();
  const known = splitBehaviors.find((known) => known === name);
  return known ?? behavior.fail(`unknown behavior ${name}; known are ${splitBehaviors.join(', ')}`);
}
