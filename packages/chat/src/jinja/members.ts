import { bind, required } from './bind.ts';
import type { Budget } from './budget.ts';
import { equals, lookUp } from './compare.ts';
import { formatBraces } from './format-text.ts';
import { sliceIndices } from './operators.ts';
import { STRING_METHODS, sliceText } from './string-methods.ts';
import { hasWide } from './text.ts';
import {
  Callable,
  Dict,
  Float,
  fail,
  Group,
  type Key,
  Loop,
  Namespace,
  orElse,
  Sequence,
  Tuple,
  toKey,
  tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';
import { toRepr } from './write.ts';

/** Methods that would change a value, which the sandbox of transformers refuses to call. */
const UNSAFE: Readonly<Record<string, readonly string[]>> = {
  list: ['append', 'clear', 'extend', 'insert', 'pop', 'remove', 'reverse', 'sort'],
  dict: ['clear', 'pop', 'popitem', 'setdefault', 'update'],
};

const absent = (value: Value, name: string): Undefined =>
  new Undefined(`'${describe(value)}' has no attribute '${name}'`);

export function describe(value: Value): string {
  return value === null ? 'None' : value instanceof Namespace ? 'Namespace' : `${typeName(value)} object`;
}

/** `value.name` in a template: an attribute, or else an entry. */
export function getAttribute(value: Value, name: string, budget: Budget): Value {
  if (value instanceof Undefined) fail(value.problem);
  return orElse(getMethod(value, name, budget), () =>
    orElse(getEntry(value, name, budget), () => absent(value, name)),
  );
}

/** `value[key]` in a template: an entry, or else an attribute. */
export function getItem(value: Value, key: Value, budget: Budget): Value {
  if (value instanceof Undefined) fail(value.problem);
  const entry = getEntry(value, key, budget);
  if (entry !== undefined) return entry;
  if (typeof key === 'string') return orElse(getMethod(value, key, budget), () => absent(value, key));
  return new Undefined(`${describe(value)} has no element ${toRepr(key, budget)}`);
}

function getEntry(value: Value, key: Value, budget: Budget): Value | undefined {
  if (value instanceof Dict)
    return Array.isArray(key) || key instanceof Undefined || key instanceof Dict
      ? undefined
      : lookUp(value, toKey(key));
  if (typeof key !== 'number' && typeof key !== 'boolean') return undefined;
  const index = Number(key);
  if (typeof value === 'string') {
    budget.read(value.length);
    return hasWide(value) ? [...value].at(index) : value.at(index);
  }
  if (Array.isArray(value)) return value.at(index);
  return value instanceof Sequence && value.kind === 'range' ? value.items.at(index) : undefined;
}

/** `value[start:stop:step]`. */
export function getSlice(value: Value, bounds: readonly (number | undefined)[], budget: Budget): Value {
  if (value instanceof Undefined) fail(value.problem);
  if (typeof value === 'string') return sliceText(value, bounds, budget);
  const items =
    Array.isArray(value) || (value instanceof Sequence && value.kind === 'range')
      ? budget.iterate(value)
      : undefined;
  if (!items) return new Undefined(`${describe(value)} has no element slice`);
  const part = sliceIndices(items.length, bounds).map((index) => items[index]!);
  budget.list(part.length);
  return value instanceof Tuple ? tuple(part) : part;
}

function getMethod(value: Value, name: string, budget: Budget): Value | undefined {
  if (typeof value === 'string') return getTextMethod(value, name, budget);
  if (value instanceof Namespace) return value.members.get(name);
  if (value instanceof Loop) return getLoopMember(value, name, budget);
  if (value instanceof Callable) return value.members?.get(name);
  if (value instanceof Group && (name === 'grouper' || name === 'list'))
    return value[name === 'list' ? 1 : 0];
  if (UNSAFE[typeName(value)]?.includes(name))
    return new Undefined(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`);
  const method = (parameters: string, call: (args: (Value | undefined)[]) => Value) =>
    new Callable(name, (positional, keyword) =>
      call(bind(name, parameters === '' ? [] : parameters.split(' '), positional, keyword)),
    );
  if (Array.isArray(value)) {
    if (name === 'copy' && !(value instanceof Tuple)) return method('', () => [...value]);
    const matches = (item: Value | undefined) => (entry: Value) =>
      equals(entry, required(item, name, 'value'), budget);
    if (name === 'count') return method('value', ([item]) => value.filter(matches(item)).length);
    if (name !== 'index') return undefined;
    return method('value', ([item]) => {
      const index = value.findIndex(matches(item));
      return index < 0 ? fail(`${toRepr(item!, budget)} is not in list`) : index;
    });
  }
  if (value instanceof Float && name === 'is_integer') return method('', () => Number.isInteger(value.value));
  if (!(value instanceof Dict)) return undefined;
  switch (name) {
    case 'get':
      return method('key default', ([key, standard]) =>
        orElse(lookUp(value, toKey(required(key, name, 'key'))), () => standard ?? null),
      );
    case 'keys':
    case 'values':
    case 'items':
      return method('', () => viewOf(value, name, budget));
    case 'copy':
      return method('', () => new Dict(value));
    default:
      return undefined;
  }
}

export function viewOf(dict: Dict, kind: 'keys' | 'values' | 'items', budget: Budget): Sequence {
  budget.list(dict.size);
  const items = kind === 'items' ? [...dict].map((pair: [Key, Value]) => tuple(pair)) : [...dict[kind]()];
  return new Sequence(`dict_${kind}`, items);
}

function getTextMethod(text: string, name: string, budget: Budget): Value | undefined {
  if (name === 'format' || name === 'format_map')
    return new Callable(name, (positional, keyword) => {
      const [map] = positional;
      const named = name === 'format_map' && map instanceof Dict ? (map as Map<string, Value>) : keyword;
      const getMember = (value: Value, key: string, isItem: boolean) =>
        isItem
          ? getItem(value, /^\d+$/.test(key) ? Number(key) : key, budget)
          : getAttribute(value, key, budget);
      return formatBraces(text, name === 'format' ? positional : [], named, getMember, budget);
    });
  if (!Object.hasOwn(STRING_METHODS, name)) return undefined;
  const [parameters, method] = STRING_METHODS[name]!;
  return new Callable(name, (positional, keyword) => {
    const args = bind(name, parameters === '' ? [] : parameters.split(' '), positional, keyword);
    budget.text(text.length);
    return method(text, args, budget, name);
  });
}

function getLoopMember(loop: Loop, name: string, budget: Budget): Value | undefined {
  const { index, items, depth } = loop;
  switch (name) {
    case 'index':
      return index + 1;
    case 'index0':
      return index;
    case 'revindex':
      return items.length - index;
    case 'revindex0':
      return items.length - index - 1;
    case 'first':
      return index === 0;
    case 'last':
      return index === items.length - 1;
    case 'length':
      return items.length;
    case 'depth':
      return depth + 1;
    case 'depth0':
      return depth;
    case 'previtem':
      return index > 0 ? items[index - 1]! : new Undefined('there is no previous item');
    case 'nextitem':
      return orElse(items[index + 1], () => new Undefined('there is no next item'));
    case 'cycle':
      return new Callable(name, (args) =>
        orElse(args[index % args.length], () => fail('no items for cycling given')),
      );
    case 'changed':
      return new Callable(name, (args) => {
        const value = tuple(args);
        const changed = loop.changed === undefined || !equals(loop.changed, value, budget);
        loop.changed = value;
        return changed;
      });
    default:
      return undefined;
  }
}
