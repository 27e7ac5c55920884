import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { Merges } from './merge-table.ts';

/** Buffers for more symbols than this are let go after use. */
const keptRoom = 1 << 16;

/** The symbols of a piece, each with the units that it stands for. */
export interface SymbolList {
  add(id: number, start: number, end: number): void;
  /** Makes the last symbol, if there is one, stand for the units up to `end`. */
  extend(end: number): void;
  /** Merges the symbols and forgets them. @param handle gets those that are left */
  merge(merges: Merges, handle: (id: number, start: number, end: number) => void): void;
}

export function symbolList(): SymbolList {
  let room = 0;
  let ids = new Int32Array(0);
  let starts = ids;
  let ends = ids;
  /** The first of the symbols that each symbol was made of. */
  let firsts = ids;
  let count = 0;
  const resize = (to: number) => {
    const resized = (old: Int32Array) => {
      const array = new Int32Array(to);
      array.set(old.subarray(0, count));
      return array;
    };
    room = to;
    ids = resized(ids);
    starts = resized(starts);
    ends = resized(ends);
    firsts = new Int32Array(to + 1);
  };
  return {
    add(id, start, end) {
      if (count === room) resize(2 * room + 64);
      ids[count] = id;
      starts[count] = start;
      ends[count++] = end;
    },
    extend(end) {
      if (count > 0) ends[count - 1] = end;
    },
    merge(merges, handle) {
      for (let i = 0; i <= count; i++) firsts[i] = i;
      const left = (count > shortLength ? mergeLong : mergeShort)(ids, firsts, count, merges);
      count = 0;
      for (let i = 0; i < left; i++) handle(ids[i]!, starts[firsts[i]!]!, ends[firsts[i + 1]! - 1]!);
      if (room > keptRoom) resize(0);
    },
  };
}
