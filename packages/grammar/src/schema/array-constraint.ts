import { type Conditions, notCondition } from './atoms.ts';
import { notNegatable } from './schema-error.ts';

export interface ContainsConstraint {
  readonly value: Conditions;
  readonly min: number;
  readonly max: number;
  /** Counts items from this index on. */
  readonly from: number;
  readonly pointer: string;
}

/** What a JSON array has to be. */
export interface ArrayConstraint {
  readonly prefix: readonly Conditions[];
  readonly items: Conditions;
  readonly min: number;
  readonly max: number;
  readonly contains: readonly ContainsConstraint[];
  /** Where `uniqueItems` stands, when it holds. */
  readonly unique: string | undefined;
}

const anyArray: ArrayConstraint = {
  prefix: [],
  items: [],
  min: 0,
  max: Number.POSITIVE_INFINITY,
  contains: [],
  unique: undefined,
};

export const itemAt = ({ prefix, items }: ArrayConstraint, index: number): Conditions =>
  prefix[index] ?? items;

export function bothArrays(left: ArrayConstraint, right: ArrayConstraint): ArrayConstraint | undefined {
  const joined: ArrayConstraint = {
    prefix: Array.from({ length: Math.max(left.prefix.length, right.prefix.length) }, (_, index) => [
      ...itemAt(left, index),
      ...itemAt(right, index),
    ]),
    items: [...left.items, ...right.items],
    min: Math.max(left.min, right.min),
    max: Math.min(left.max, right.max),
    contains: [...left.contains, ...right.contains],
    unique: left.unique ?? right.unique,
  };
  return joined.min > joined.max ? undefined : joined;
}

/** Constraints that together allow what `constraint` does not. */
export function notArray({ prefix, items, min, max, contains, unique }: ArrayConstraint): ArrayConstraint[] {
  if (unique !== undefined) throw notNegatable('uniqueItems', unique);
  const result: ArrayConstraint[] = [];
  const add = (part: Partial<ArrayConstraint>): unknown => result.push({ ...anyArray, ...part });
  if (min > 0) add({ max: min - 1 });
  if (max < Number.POSITIVE_INFINITY) add({ min: max + 1 });
  prefix.forEach((value, index) => {
    if (value.length > 0)
      add({ prefix: [...Array<Conditions>(index).fill([]), [notCondition(value)]], min: index + 1 });
  });
  if (items.length > 0)
    add({
      contains: [
        {
          value: [notCondition(items)],
          min: 1,
          max: Number.POSITIVE_INFINITY,
          from: prefix.length,
          pointer: '',
        },
      ],
    });
  for (const entry of contains) {
    if (entry.min > 0) add({ contains: [{ ...entry, min: 0, max: entry.min - 1 }] });
    if (entry.max < Number.POSITIVE_INFINITY)
      add({ contains: [{ ...entry, min: entry.max + 1, max: Number.POSITIVE_INFINITY }] });
  }
  return result;
}
