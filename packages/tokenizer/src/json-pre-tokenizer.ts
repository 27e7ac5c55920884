import type { FileNode } from './file-node.ts';
import { readByteLevel, readDigits } from './json-byte-level.ts';
import { readCharacter } from './json-character.ts';
import { readKnownSplit } from './json-known-split.ts';
import { readMetaspace } from './json-metaspace.ts';
import { literalPattern, readPattern } from './json-pattern.ts';
import type { PreTokenizerReader } from './json-readers.ts';
import { metaspace } from './metaspace.ts';
import { sequence } from './pre-tokenizer.ts';
import { type SplitBehavior, splitAt, splitBehaviors } from './split.ts';
import { splitScripts } from './unicode-scripts.ts';

/** Readers of all pre-tokenizers of tokenizer.json. */
export const allPreTokenizers: Readonly<Record<string, PreTokenizerReader>> = {
  BertPreTokenizer: () => sequence([splitAt(whiteSpace, 'Removed'), splitAt(punctuation, 'Isolated')]),
  ByteLevel: readByteLevel,
  CharDelimiterSplit: (node) => splitAt(literalPattern(readCharacter(node.get('delimiter'))), 'Removed'),
  Digits: readDigits,
  FixedLength: (node) => {
    const length = node.get('length').index(2 ** 31, 5);
    if (length === 0) node.get('length').fail('pieces of no characters');
    return splitAt(new RegExp(`[^]{1,${length}}`, 'gu'), 'Isolated');
  },
  Metaspace: (node) => {
    const { replacement, scheme } = readMetaspace(node);
    return metaspace(replacement, scheme, node.get('split').boolean(true));
  },
  Punctuation: (node) => splitAt(punctuation, readBehavior(node), false),
  Split: (node) =>
    readKnownSplit(node) ??
    splitAt(readPattern(node.get('pattern')), readBehavior(node), node.get('invert').boolean()),
  UnicodeScripts: () => splitScripts,
  Whitespace: () => splitAt(whitespacePattern, 'Removed', true),
  WhitespaceSplit: () => splitAt(whiteSpace, 'Removed'),
};

const whiteSpace = /\p{White_Space}/gu;
const punctuation = /[\p{P}$+<=>^`|~]/gu;
const whitespacePattern =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

function readBehavior(node: FileNode): SplitBehavior {
  const behavior = node.get('behavior');
  behavior.oneOf(splitBehaviors, 'Isolated');
  return behavior.string('Isolated') as SplitBehavior;
}
