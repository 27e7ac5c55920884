import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { characterOfByte } from '../src/byte-alphabet.ts';
import type { TextTokenizer } from '../src/index.ts';
import { fuzzString } from './fuzz-strings.ts';

/** What tooling/reference/tokenizer_golden.py compares of a text. */
export interface Outputs {
  readonly ids: Uint32Array;
  readonly offsets: Uint32Array;
  /** Ids with control tokens parsed, and their text with and without these. */
  readonly parsed: Uint32Array;
  readonly decoded: string;
  readonly bare: string;
}

/** The seed of the strings, their number in a block, and the number of blocks. */
export const seed = 20261121;
export const blockSize = 50;
export const blockCount = 4000;

const ranges = JSON.parse(
  readFileSync(new URL('fixtures/newer-than-unicode-8.json', import.meta.url), 'utf8'),
) as readonly (readonly [number, number])[];
const newerThanUnicode8 = new RegExp(
  `[${ranges.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('')}]`,
  'gu',
);

/** Characters that the normalizer of the Unigram tokenizer removes, and its control tokens. */
const invisible = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
const controlTokens = /<\/?s>|<unk>|<pad>/g;

/** A string of the comparison, changed where this package means to differ: see tooling/reference/tokenizer_golden.py. */
export function textAt(name: string, index: number): string {
  const text = fuzzString(seed, index);
  if (name !== 'unigram' && name !== 'wordpiece') return text;
  const older = text.replace(newerThanUnicode8, 'x');
  const count = (part: string) => part.match(controlTokens)?.length ?? 0;
  return name === 'unigram' && count(older.replace(invisible, '')) > count(older) ? '' : older;
}

const known = new WeakMap<TextTokenizer, ReadonlySet<number>>();

/** Bytes that the vocabulary lacks. The reference leaves them out, and its offsets shift. */
function missingBytes(tokenizer: TextTokenizer): ReadonlySet<number> {
  let missing = known.get(tokenizer);
  if (!missing) {
    const lacks = (byte: number) => tokenizer.tokenToId(characterOfByte[byte]!) === undefined;
    missing = new Set(Array.from(characterOfByte.keys()).filter(lacks));
    known.set(tokenizer, missing);
  }
  return missing;
}

/** Whether the reference gives a text the same offsets by design. */
function hasSameOffsets(tokenizer: TextTokenizer, name: string, text: string): boolean {
  if (name !== 'smollm2' && name !== 'torchtitan-2k') return true;
  const missing = missingBytes(tokenizer);
  return !Buffer.from(text).some((byte) => missing.has(byte));
}

export function outputsOf(tokenizer: TextTokenizer, name: string, text: string): Outputs {
  const { ids, offsets } = tokenizer.encodeWithOffsets(text);
  const parsed = tokenizer.encode(text, { parseSpecialTokens: true });
  return {
    ids,
    offsets: hasSameOffsets(tokenizer, name, text.toWellFormed()) ? offsets : new Uint32Array(0),
    parsed,
    decoded: tokenizer.decode(parsed),
    bare: tokenizer.decode(parsed, { skipSpecialTokens: true }),
  };
}

/** The CRC-32 that golden/NAME.blocks.bin has for a block. */
export function crcOfBlock(tokenizer: TextTokenizer, name: string, block: number): number {
  let crc = 0;
  const add = (words: Uint32Array) => {
    crc = crc32(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), crc);
  };
  for (let index = block * blockSize; index < (block + 1) * blockSize; index++) {
    const { ids, offsets, parsed, decoded, bare } = outputsOf(tokenizer, name, textAt(name, index));
    add(Uint32Array.of(ids.length));
    add(ids);
    add(offsets);
    add(Uint32Array.of(parsed.length));
    add(parsed);
    crc = crc32(Buffer.from(decoded + bare, 'utf16le'), crc);
  }
  return crc;
}
