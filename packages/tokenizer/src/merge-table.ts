import type { FileNode } from './file-node.ts';
import { PackedMerges } from './packed-parts.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Ranks are packed with positions into one double, see `merge-long.ts`. */
const rankLimit = 1 << 21;

/** Tells which neighbours merge. */
export interface Merges {
  /** One more than the highest rank. */
  readonly rankEnd: number;
  /** @returns the rank of the merge of two tokens, the lowest first, or -1 when they do not merge. */
  rank(left: number, right: number): number;
  /** @returns the id made by the merge that the last call of `rank` found. */
  merged(): number;
}

/** Hash table from a pair of token ids to the rank of their merge and the id that it makes. */
export class MergeTable implements Merges {
  /** Four numbers per slot: left id, right id, rank plus one (0 when empty), id of the merged token. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  rankEnd = 0;
  /** Where the last `rank` found the id of the merged token. */
  #found = 0;

  constructor(capacity: number) {
    let slots = 16;
    while (slots < capacity * 1.5) slots *= 2;
    this.#slots = new Int32Array(slots * 4);
    this.#mask = slots - 1;
  }

  /** Adds a merge; of two merges of one pair the first stays, or the last when `replace` is set. */
  add(left: number, right: number, rank: number, merged: number, replace: boolean): void {
    const slots = this.#slots;
    const at = this.#probe(left, right);
    if (slots[at + 2]! > 0 && !replace) return;
    slots[at] = left;
    slots[at + 1] = right;
    slots[at + 2] = rank + 1;
    slots[at + 3] = merged;
    if (rank >= this.rankEnd) this.rankEnd = rank + 1;
  }

  rank(left: number, right: number): number {
    const at = this.#probe(left, right);
    this.#found = at + 3;
    return this.#slots[at + 2]! - 1;
  }

  merged(): number {
    return this.#slots[this.#found]!;
  }

  #probe(left: number, right: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4;
      if (slots[at + 2] === 0 || (slots[at] === left && slots[at + 1] === right)) return at;
    }
  }
}

/**
 * Builds the table from a file's list of merges, `"left right"` or `["left", "right"]`, best first.
 *
 * @throws {InvalidFileError} when an entry has another shape, or a part or the result is not in the vocabulary
 */
export function readMerges(node: FileNode, vocabulary: Vocabulary, replace: boolean): MergeTable {
  if (node.value instanceof PackedMerges) return unpackMerges(node.value.ids, node, vocabulary, replace);
  const merges = node.array();
  if (merges.length > rankLimit) node.fail(`${merges.length} merges, at most ${rankLimit} are accepted`);
  const table = new MergeTable(merges.length);
  const { index } = vocabulary;
  const units = new Uint16Array(2 * vocabulary.index.longest);
  let merged = -1;
  for (let rank = 0; rank < merges.length; rank++) {
    const entry = merges[rank];
    const parts = isPair(entry) ? entry : undefined;
    const pair = parts ? `${parts[0]} ${parts[1]}` : typeof entry === 'string' ? entry : '';
    const end = pair.length - 1;
    let gap = parts ? parts[0].length : -1;
    for (let i = 0, at = 0; i <= end; i++) {
      const unit = pair.charCodeAt(i);
      if (unit === 32 && gap < 0) gap = i;
      if (i !== gap) units[at++] = unit;
      if (unit === 32 && !parts && i !== gap) gap = end;
    }
    if (gap < 1 || gap >= end) {
      node.fail(`entry ${rank} (${JSON.stringify(entry)?.slice(0, 80)}) is not a pair of tokens`);
    }
    const find = (from: number, to: number) => (to <= units.length ? index.findUnits(units, from, to) : -1);
    const left = find(0, gap);
    const right = find(gap, end);
    // Merges with the same result, or with results in the order of their ids, mostly follow one another.
    if (!index.is(merged, units, end) && !index.is(++merged, units, end)) merged = find(0, end);
    if (left < 0 || right < 0 || merged < 0) {
      const token =
        left < 0
          ? pair.slice(0, gap)
          : right < 0
            ? pair.slice(gap + 1)
            : pair.slice(0, gap) + pair.slice(gap + 1);
      node.fail(`entry ${rank} names ${JSON.stringify(token)}, which is not in the vocabulary`);
    }
    table.add(left, right, rank, merged, replace);
  }
  return table;
}

function unpackMerges(ids: Int32Array, node: FileNode, { tokens }: Vocabulary, replace: boolean): MergeTable {
  const count = ids.length / 3;
  if (count > rankLimit) node.fail(`${count} merges, at most ${rankLimit} are accepted`);
  const table = new MergeTable(count);
  for (let rank = 0; rank < count; rank++) {
    const [left, right, merged] = [ids[3 * rank]!, ids[3 * rank + 1]!, ids[3 * rank + 2]!];
    if (tokens[left] === undefined || tokens[right] === undefined || tokens[merged] === undefined) {
      node.fail(`entry ${rank} names a token that is not in the vocabulary`);
    }
    table.add(left, right, rank, merged, replace);
  }
  return table;
}

function isPair(entry: unknown): entry is readonly [string, string] {
  return (
    Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && typeof entry[1] === 'string'
  );
}
