/** What a template computes with: Python's values. Integers are JavaScript's safe integers, `list` is an array. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Float
  | Value[]
  | Dict
  | Undefined
  | Namespace
  | Sequence
  | Callable
  | Loop;

export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Keys are texts, integers, booleans or null, and keep their order. */
export class Dict extends Map<Key, Value> {}
export type Key = string | number | boolean | null;

export class Tuple extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

export function tuple(items: Value[]): Tuple {
  return Object.setPrototypeOf(items, Tuple.prototype) as Tuple;
}

/** The entry of `groupby`: a tuple whose parts have names. */
export class Group extends Tuple {}

/** An absent value: it prints as nothing, has no entries, and fails in every other use. */
export class Undefined {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

/** The one value whose members a template can set. */
export class Namespace {
  readonly members = new Map<string, Value>();
}

/** What has entries and is no list: results of `range`, of `dict.items()`, and of filters that give a generator. */
export class Sequence {
  readonly kind: 'range' | 'generator' | 'dict_keys' | 'dict_values' | 'dict_items';
  items: readonly Value[];
  /** What is printed, for a range. */
  readonly label: string;
  constructor(kind: Sequence['kind'], items: readonly Value[], label = '') {
    this.kind = kind;
    this.items = items;
    this.label = label;
  }
}

export const generator = (items: readonly Value[]): Sequence => new Sequence('generator', items);

export class Callable {
  readonly name: string;
  readonly call: (positional: Value[], keyword: Map<string, Value>) => Value;
  /** What can be read from it, such as the names of a macro's arguments. */
  readonly members: ReadonlyMap<string, Value> | undefined;
  constructor(name: string, call: Callable['call'], members?: ReadonlyMap<string, Value>) {
    this.name = name;
    this.call = call;
    this.members = members;
  }
}

/** The variable `loop`. */
export class Loop {
  index = 0;
  readonly items: readonly Value[];
  readonly depth: number;
  readonly recurse: ((items: Value) => string) | undefined;
  changed: Value | undefined;
  constructor(items: readonly Value[], depth: number, recurse?: (items: Value) => string) {
    this.items = items;
    this.depth = depth;
    this.recurse = recurse;
  }
}

/** A failure of the template as Jinja or Python would report it. */
export class TemplateRuntimeError extends Error {}

export function fail(problem: string): never {
  throw new TemplateRuntimeError(problem);
}

/** The name of the value's class in Python. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'string') return 'str';
  if (value instanceof Float) return 'float';
  if (value instanceof Tuple) return 'tuple';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Dict) return 'dict';
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Namespace) return 'Namespace';
  if (value instanceof Sequence) return value.kind;
  return value instanceof Loop ? 'LoopContext' : value.members ? 'Macro' : 'function';
}

/** `value`, or what `otherwise` gives where it is absent; null, which is None, is a value. */
export function orElse(value: Value | undefined, otherwise: () => Value): Value {
  return value === undefined ? otherwise() : value;
}

/** Whether Python takes the value for true. */
export function isTrue(value: Value): boolean {
  if (value === null || typeof value !== 'object') return Boolean(value);
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Sequence) return value.kind === 'generator' || value.items.length > 0;
  return !(value instanceof Undefined);
}

/** The number that Python computes with, or `undefined` for what is none. Booleans are numbers. */
export function toNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Float ? value.value : undefined;
}

/** An integer, from an argument that must be one. */
export function toInteger(value: Value): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  return fail(`'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** A value as the key of a dict. */
export function toKey(value: Value): Key {
  if (value instanceof Float && Number.isSafeInteger(value.value)) return value.value;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return fail(`unhashable type: '${typeName(value)}'`);
}
