import { required } from './bind.ts';
import { compare, equals } from './compare.ts';
import {
  attributeGetter,
  type Filter,
  type FilterContext,
  type Filters,
  ignoreCase,
} from './filter-context.ts';
import { getAttribute, viewOf } from './members.ts';
import { operate } from './operators.ts';
import { pointsOf } from './text.ts';
import {
  Dict,
  fail,
  Group,
  generator,
  isTrue,
  orElse,
  Sequence,
  toInteger,
  toKey,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

const flag = (value: Value | undefined): boolean => value !== undefined && isTrue(value);

/** A stable sort by keys, each compared as a list, as Python's `sorted` does it. */
function sortBy(
  items: readonly Value[],
  key: (item: Value) => Value,
  reverse: boolean,
  { budget }: FilterContext,
): Value[] {
  budget.list(items.length);
  const keyed = items.map((item) => ({ item, key: key(item) }));
  const sign = reverse ? -1 : 1;
  keyed.sort((a, b) => sign * compare(a.key, b.key, budget));
  return keyed.map(({ item }) => item);
}

const extreme =
  (sign: number): Filter =>
  (value, [caseSensitive, attribute], context) => {
    const get = attributeGetter(attribute, context);
    const key = (item: Value) => (flag(caseSensitive) ? get(item) : ignoreCase(get(item)));
    const items = context.budget.iterate(value);
    if (items.length === 0) return new Undefined('No aggregated item, sequence was empty.');
    return items.reduce((best, item) =>
      sign * compare(key(item), key(best), context.budget) < 0 ? item : best,
    );
  };

const unique: Filter = (value, [caseSensitive, attribute], context) => {
  const get = attributeGetter(attribute, context);
  const seen = new Set<unknown>();
  const kept: Value[] = [];
  const groups: Value[] = [];
  for (const item of context.budget.iterate(value)) {
    const key = flag(caseSensitive) ? get(item) : ignoreCase(get(item));
    if (Array.isArray(key) || key instanceof Undefined) {
      if (groups.some((other) => equals(other, key, context.budget))) continue;
      groups.push(key);
    } else {
      const plain = toKey(key);
      const known = typeof plain === 'boolean' ? Number(plain) : plain;
      if (seen.has(known)) continue;
      seen.add(known);
    }
    kept.push(item);
  }
  return generator(kept);
};

const groupBy: Filter = (value, [attribute, standard, caseSensitive], context) => {
  const get = attributeGetter(required(attribute, 'groupby', 'attribute'), context, standard);
  const key = (item: Value) => (flag(caseSensitive) ? get(item) : ignoreCase(get(item)));
  const groups: [Value, Value[]][] = [];
  for (const item of sortBy(context.budget.iterate(value), key, false, context)) {
    const last = groups.at(-1);
    if (last && equals(key(last[1][0]!), key(item), context.budget)) last[1].push(item);
    else groups.push([get(item), [item]]);
  }
  return groups.map((group) => Object.setPrototypeOf(group, Group.prototype) as Group);
};

const dictSort: Filter = (value, [caseSensitive, by, reverse], context) => {
  if (!(value instanceof Dict)) return fail(`'${typeName(value)}' object has no attribute 'items'`);
  const side = by === undefined ? 'key' : by;
  if (side !== 'key' && side !== 'value') fail('You can only sort by either "key" or "value"');
  const key = (item: Value) => {
    const part = (item as Value[])[side === 'key' ? 0 : 1]!;
    return flag(caseSensitive) ? part : ignoreCase(part);
  };
  return sortBy(viewOf(value, 'items', context.budget).items, key, flag(reverse), context);
};

const sort: Filter = (value, [reverse, caseSensitive, attribute], context) => {
  const parts = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const getters = parts.map((part) => attributeGetter(part, context));
  const key = (item: Value) =>
    getters.map((get) => (flag(caseSensitive) ? get(item) : ignoreCase(get(item))));
  return sortBy(context.budget.iterate(value), key, flag(reverse), context);
};

const batch: Filter = (value, [count, fill], context) => {
  const size = toInteger(required(count, 'batch', 'linecount'));
  const items = context.budget.iterate(value);
  const rows: Value[][] = [];
  for (const item of items) {
    const row = rows.at(-1);
    if (row && row.length !== size) row.push(item);
    else rows.push([item]);
  }
  const last = rows.at(-1);
  if (last && fill !== undefined && fill !== null && size > last.length) {
    context.budget.list(size);
    while (last.length < size) last.push(fill);
  }
  return generator(rows);
};

const slice: Filter = (value, [count, fill], context) => {
  const slices = toInteger(required(count, 'slice', 'slices'));
  const items = context.budget.iterate(value);
  if (slices === 0) fail('integer modulo by zero');
  context.budget.list(slices);
  const size = Math.floor(items.length / slices);
  const longer = items.length % slices;
  const rows: Value[][] = [];
  let start = 0;
  for (let index = 0; index < slices; index++) {
    const end = start + size + (index < longer ? 1 : 0);
    const row = items.slice(start, end);
    if (fill !== undefined && fill !== null && index >= longer) row.push(fill);
    rows.push(row);
    start = end;
  }
  return generator(rows);
};

const reverse: Filter = (value, _, { budget }) => {
  if (typeof value === 'string') {
    budget.text(value.length);
    return pointsOf(value).reverse().join('');
  }
  const items = [...budget.iterate(value)].reverse();
  return value instanceof Sequence && value.kind === 'generator' ? items : generator(items);
};

/** Jinja's filters that take lists and dicts. */
export const LIST_FILTERS: Filters = {
  list: ['', (value, _, { budget }) => [...budget.iterate(value)]],
  first: [
    '',
    (value, _, { budget }) =>
      orElse(budget.iterate(value)[0], () => new Undefined('No first item, sequence was empty.')),
  ],
  last: [
    '',
    (value, _, { budget }) => {
      if (value instanceof Sequence && value.kind === 'generator')
        fail("'generator' object is not reversible");
      return orElse(budget.iterate(value).at(-1), () => new Undefined('No last item, sequence was empty.'));
    },
  ],
  reverse: ['', reverse],
  sort: ['reverse case_sensitive attribute', sort],
  unique: ['case_sensitive attribute', unique],
  min: ['case_sensitive attribute', extreme(1)],
  max: ['case_sensitive attribute', extreme(-1)],
  sum: [
    'attribute start',
    (value, [attribute, start], context) => {
      const get = attributeGetter(attribute, context);
      const items = context.budget.iterate(value);
      if (typeof start === 'string') fail("sum() can't sum strings [use ''.join(seq) instead]");
      return items.reduce<Value>(
        (total, item) => operate('+', total, get(item), context.budget),
        orElse(start, () => 0),
      );
    },
  ],
  groupby: ['attribute default case_sensitive', groupBy],
  dictsort: ['case_sensitive by reverse', dictSort],
  items: [
    '',
    (value, _, { budget }) => {
      if (value instanceof Undefined) return generator([]);
      if (!(value instanceof Dict)) return fail('Can only get item pairs from a mapping.');
      return generator(viewOf(value, 'items', budget).items);
    },
  ],
  batch: ['linecount fill_with', batch],
  slice: ['slices fill_with', slice],
  default: ['default_value boolean', defaultFilter],
  d: ['default_value boolean', defaultFilter],
  attr: [
    'name',
    (value, [name], { budget }) => {
      const key = required(name, 'attr', 'name');
      if (
        value instanceof Dict &&
        typeof key === 'string' &&
        value.has(key) &&
        !['get', 'keys', 'values', 'items', 'copy'].includes(key)
      )
        return new Undefined(`'dict object' has no attribute '${key}'`);
      return getAttribute(value, String(key), budget);
    },
  ],
};

function defaultFilter(value: Value, [standard, boolean]: readonly (Value | undefined)[]): Value {
  const isMissing = value instanceof Undefined || (flag(boolean) && !isTrue(value));
  return isMissing ? orElse(standard, () => '') : value;
}

/** `select`, `reject`, `selectattr` and `rejectattr`: the entries for which a test holds, or does not. */
export function selectFilter(
  wanted: boolean,
  byAttribute: boolean,
  value: Value,
  args: readonly Value[],
  context: FilterContext,
): Value {
  if (!isTrue(value)) return generator([]);
  if (byAttribute && args.length === 0) fail('Missing parameter for attribute name');
  const get = byAttribute ? attributeGetter(args[0], context) : (item: Value) => item;
  const [name, ...rest] = byAttribute ? args.slice(1) : args;
  const test = (item: Value) =>
    name === undefined ? isTrue(item) : context.applyTest(String(name), item, rest);
  return generator(context.budget.iterate(value).filter((item) => test(get(item)) === wanted));
}

/** `map`: an attribute of each entry, or what a filter makes of it. */
export function mapFilter(
  value: Value,
  positional: readonly Value[],
  keyword: ReadonlyMap<string, Value>,
  context: FilterContext,
): Value {
  if (!isTrue(value)) return generator([]);
  const items = context.budget.iterate(value);
  const [name, ...rest] = positional;
  if (name === undefined) {
    const attribute = keyword.get('attribute') ?? fail('map requires a filter argument');
    return generator(items.map(attributeGetter(attribute, context, keyword.get('default'))));
  }
  return generator(items.map((item) => context.applyFilter(String(name), item, [...rest], new Map(keyword))));
}
