import type { Budget } from './budget.ts';
import { getItem } from './members.ts';
import { fail, toInteger, typeName, Undefined, type Value } from './values.ts';

/** What filters need of the interpreter. */
export interface FilterContext {
  readonly budget: Budget;
  applyFilter(name: string, value: Value, positional: Value[], keyword: Map<string, Value>): Value;
  applyTest(name: string, value: Value, positional: readonly Value[]): boolean;
}

/** A filter gets its arguments in the order of its parameters; those that were not given are `undefined`. */
export type Filter = (value: Value, args: readonly (Value | undefined)[], context: FilterContext) => Value;

/** Filters by name, with the names of their parameters. */
export type Filters = Readonly<Record<string, readonly [parameters: string, filter: Filter]>>;

export const ignoreCase = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);

/** Reads what an argument such as `'function.name'` or `0` names. */
export function attributeGetter(
  attribute: Value | undefined,
  { budget }: FilterContext,
  standard?: Value,
): (item: Value) => Value {
  if (attribute === undefined || attribute === null) return (item) => item;
  const parts: Value[] =
    typeof attribute === 'string'
      ? attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
      : [attribute];
  return (item) => {
    let value = item;
    for (const part of parts) {
      budget.spend(1);
      value = getItem(value, part, budget);
      if (standard !== undefined && standard !== null && value instanceof Undefined) value = standard;
    }
    return value;
  };
}

export function integerOr(value: Value | undefined, standard: number): number {
  return value === undefined ? standard : toInteger(value);
}

/** The number of entries or characters. */
export function lengthOf(value: Value, pointLength: (text: string) => number): number {
  if (typeof value === 'string') return pointLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (value instanceof Undefined) return 0;
  if (
    typeof value === 'object' &&
    value !== null &&
    'items' in value &&
    !('kind' in value && value.kind === 'generator')
  )
    return value.items.length;
  return fail(`object of type '${typeName(value)}' has no len()`);
}
