import { MergeTable } from './merge-table.ts';
import { TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * The merges of a vocabulary of ranks: any two tokens whose bytes together are a token merge into it, at the rank
 * that is its id.
 *
 * Source: `byte_pair_merge` in src/lib.rs of https://github.com/openai/tiktoken
 */
export function mergesOfRanks(vocabulary: Vocabulary): MergeTable {
  const { index, tokens, kinds } = vocabulary;
  const units = new Uint16Array(vocabulary.longest);
  let pairs = new Int32Array(4 * tokens.length);
  let count = 0;
  const find = (start: number, end: number) => {
    const id = index.findUnits(units, start, end);
    return kinds[id] === TokenKind.normal ? id : -1;
  };
  for (let id = 0; id < tokens.length; id++) {
    const token = tokens[id];
    if (token === undefined || kinds[id] !== TokenKind.normal) continue;
    for (let i = 0; i < token.length; i++) units[i] = token.charCodeAt(i);
    for (let gap = 1; gap < token.length; gap++) {
      const left = find(0, gap);
      const right = left < 0 ? -1 : find(gap, token.length);
      if (right < 0) continue;
      if (3 * count + 3 > pairs.length) {
        const larger = new Int32Array(2 * pairs.length);
        larger.set(pairs);
        pairs = larger;
      }
      pairs.set([left, right, id], 3 * count++);
    }
  }
  const table = new MergeTable(count);
  for (let i = 0; i < 3 * count; i += 3)
    table.add(pairs[i]!, pairs[i + 1]!, pairs[i + 2]!, pairs[i + 2]!, false);
  return table;
}
