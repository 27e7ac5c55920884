import { mergeLong } from './merge-long.ts';
import { mergeShort, shortLength } from './merge-short.ts';
import type { Merges } from './merge-table.ts';

/** The symbols of a piece, each with the units that it stands for. */
export interface SymbolList {
  add(id: number, start: number, end: number): void;
  /** Makes the last symbol, if there is one, stand for the units up to `end`. */
  extend(end: number): void;
  /** Merges the symbols and forgets them. @param handle gets those that are left */
  merge(merges: Merges, handle: (id: number, start: number, end: number) => void): void;
}

export function symbolList(): SymbolList {
  let ids: number[] = [];
  let starts: number[] = [];
  let ends: number[] = [];
  return {
    add(id, start, end) {
      ids.push(id);
      starts.push(start);
      ends.push(end);
    },
    extend(end) {
      if (ends.length > 0) ends[ends.length - 1] = end;
    },
    merge(merges, handle) {
      const count = ids.length;
      /** The first of the symbols that each symbol was made of. */
      const firsts = new Array<number>(count + 1);
      for (let i = 0; i <= count; i++) firsts[i] = i;
      const left = (count > shortLength ? mergeLong : mergeShort)(ids, firsts, count, merges);
      for (let i = 0; i < left; i++) handle(ids[i]!, starts[firsts[i]!]!, ends[firsts[i + 1]! - 1]!);
      ids = [];
      starts = [];
      ends = [];
    },
  };
}
