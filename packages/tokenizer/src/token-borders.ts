import type { Vocabulary } from './vocabulary.ts';

/**
 * Finds places where a text can be cut for a model that merges characters: where two of them do not follow one another
 * in any token, nothing merges across them.
 *
 * @returns where the part that starts at `start` ends
 */
export function tokenBorders({ tokens }: Vocabulary): (text: string, start: number, end: number) => number {
  /** A bit for the hash of each two units that follow one another in a token. */
  const neighbours = new Uint32Array(1 << 15);
  /** The units that are tokens. Between two others runs of unknown characters may go on. */
  const known = new Uint8Array(1 << 16);
  for (const token of tokens) {
    if (token?.length === 1) known[token.charCodeAt(0)] = 1;
    for (let i = 1; i < (token?.length ?? 0); i++) {
      const bit = neighbourBit(token!, i);
      neighbours[bit >>> 5]! |= 1 << (bit & 31);
    }
  }
  return (text, start, end) => {
    for (let at = start + 1; at < end; at++) {
      const bit = neighbourBit(text, at);
      const unit = text.charCodeAt(at);
      if (
        ((neighbours[bit >>> 5]! >>> (bit & 31)) & 1) === 0 &&
        (unit & 0xfc00) !== 0xdc00 &&
        known[unit]! + known[text.charCodeAt(at - 1)]! > 0
      )
        return at;
    }
    return end;
  };
}

function neighbourBit(text: string, at: number): number {
  return (Math.imul(text.charCodeAt(at - 1), 0x9e3779b1) ^ Math.imul(text.charCodeAt(at), 0x85ebca6b)) >>> 12;
}
