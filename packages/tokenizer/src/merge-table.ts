import type { FileNode } from './file-node.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Ranks are packed with positions into one double, see `merge-long.ts`. */
export const rankLimit = 1 << 21;

/** Tells which neighbours merge. */
export interface Merges {
  /** One more than the highest rank. */
  readonly rankEnd: number;
  /** @returns the rank of the merge of two tokens, the lowest first, or -1 when they do not merge. */
  rank(left: number, right: number): number;
  /** @returns the id made by the merge that the last call of `rank` found. */
  merged(): number;
}

/** Merges that are spelled out. */
export interface MergeTable extends Merges {
  /** Adds a merge; of two merges of one pair the first stays, or the last when `replace` is set. */
  add(left: number, right: number, rank: number, merged: number, replace: boolean): void;
}

/** Hash table from a pair of token ids to the rank of their merge and the id that it makes. */
export function mergeTable(capacity: number): MergeTable {
  const mask = 2 ** (32 - Math.clz32(capacity * 1.5 + 15)) - 1;
  /** Four numbers per slot: left id, right id, rank plus one (0 when empty), id of the merged token. */
  const slots = new Int32Array(4 * mask + 4);
  let rankEnd = 0;
  /** Where the last `rank` found the id of the merged token. */
  let found = 0;
  const probe = (left: number, right: number) => {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4;
      if (slots[at + 2] === 0 || (slots[at] === left && slots[at + 1] === right)) return at;
    }
  };
  return {
    get rankEnd() {
      return rankEnd;
    },
    add(left, right, rank, merged, replace) {
      const at = probe(left, right);
      if (slots[at + 2]! > 0 && !replace) return;
      slots[at] = left;
      slots[at + 1] = right;
      slots[at + 2] = rank + 1;
      slots[at + 3] = merged;
      rankEnd = Math.max(rankEnd, rank + 1);
    },
    rank(left, right) {
      const at = probe(left, right);
      found = at + 3;
      return slots[at + 2]! - 1;
    },
    merged: () => slots[found]!,
  };
}

/** Makes the table of merges that are known by id already: the `merges` of an unpacked tokenizer. */
export type MergeMaker = (vocabulary: Vocabulary, node: FileNode, replace: boolean) => MergeTable;

/**
 * Builds the table from a file's list of merges, `"left right"` or `["left", "right"]`, best first; or lets a
 * `MergeMaker` in its place do so.
 *
 * @throws {InvalidFileError} when an entry has another shape, or a part or the result is not in the vocabulary
 */
export function readMerges(node: FileNode, vocabulary: Vocabulary, replace: boolean): MergeTable {
  if (typeof node.value === 'function') return (node.value as MergeMaker)(vocabulary, node, replace);
  const { index, size } = vocabulary;
  const merges = node.array();
  const { length } = merges;
  if (length > rankLimit) node.fail(`${length} merges, at most ${rankLimit} are accepted`);
  const table = mergeTable(length);
  const units = new Uint16Array(2 * index.longest);
  const find = (from: number, to: number) => (to > units.length ? -1 : index.findUnits(units, from, to));
  let merged = -1;
  for (let rank = 0; rank < length; rank++) {
    const entry = merges[rank];
    const isPair =
      Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === 'string');
    const pair: string = isPair ? entry.join(' ') : typeof entry === 'string' ? entry : '';
    const gap: number = isPair ? entry[0]!.length : pair.indexOf(' ');
    const end = pair.length - 1;
    if (gap < 1 || gap >= end || (!isPair && pair.includes(' ', gap + 1)))
      node.fail(`entry ${rank} (${JSON.stringify(entry)?.slice(0, 80)}) is not a pair of tokens`);
    for (let i = 0, at = 0; i <= end; i++) if (i !== gap) units[at++] = pair.charCodeAt(i);
    const left = find(0, gap);
    const right = find(gap, end);
    // Merges with the same result, or with results in the order of their ids, mostly follow one another.
    const isMerged = (id: number) => id >= 0 && id < size && index.is(id, units, 0, end);
    if (!isMerged(merged) && !isMerged(++merged)) merged = find(0, end);
    const missing = [left, right, merged].indexOf(-1);
    if (missing >= 0) {
      const [before, after] = [pair.slice(0, gap), pair.slice(gap + 1)];
      const token = [before, after, before + after][missing];
      node.fail(`entry ${rank} names ${JSON.stringify(token)}, which is not in the vocabulary`);
    }
    table.add(left, right, rank, merged, replace);
  }
  return table;
}
