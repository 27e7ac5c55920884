import { type Budget, LimitError } from './budget.ts';
import { compareText, floatText, quote } from './text.ts';
import {
  Callable,
  Dict,
  Float,
  fail,
  Loop,
  Namespace,
  Sequence,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** How deep data may nest where it is written, compared or passed in. */
export const DEEPEST_DATA = 500;

export function checkDepth(depth: number): void {
  if (depth > DEEPEST_DATA) throw new LimitError(`makes data nested more than ${DEEPEST_DATA} deep`);
}

/** Collects text within a budget. */
class Writer {
  readonly parts: string[] = [];
  private length = 0;
  private readonly budget: Budget;
  constructor(budget: Budget) {
    this.budget = budget;
  }
  write(part: string): void {
    this.parts.push(part);
    this.length += part.length;
    this.budget.spend(1);
    this.budget.fits(this.length);
  }
  toString(): string {
    this.budget.text(this.length);
    return this.parts.join('');
  }
}

/** Python's `str`. */
export function toText(value: Value, budget: Budget): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) return '';
  return toRepr(value, budget);
}

/** Python's `repr`. */
export function toRepr(value: Value, budget: Budget): string {
  const writer = new Writer(budget);
  writeRepr(value, writer, 0);
  return writer.toString();
}

function writeRepr(value: Value, writer: Writer, depth: number): void {
  checkDepth(depth);
  const write = (item: Value) => writeRepr(item, writer, depth + 1);
  const writeAll = (items: readonly Value[]) =>
    items.forEach((item, index) => {
      if (index > 0) writer.write(', ');
      write(item);
    });
  const writeMap = (entries: Map<string | number | boolean | null, Value>) => {
    let separator = '{';
    for (const [key, entry] of entries) {
      writer.write(separator);
      write(key);
      writer.write(': ');
      write(entry);
      separator = ', ';
    }
    writer.write(separator === '{' ? '{}' : '}');
  };
  if (value === null) writer.write('None');
  else if (typeof value === 'boolean') writer.write(value ? 'True' : 'False');
  else if (typeof value === 'number') writer.write(String(value));
  else if (typeof value === 'string') writer.write(quote(value));
  else if (value instanceof Float) writer.write(floatText(value.value));
  else if (Array.isArray(value)) {
    const isTuple = value instanceof Tuple;
    writer.write(isTuple ? '(' : '[');
    writeAll(value);
    writer.write(isTuple ? (value.length === 1 ? ',)' : ')') : ']');
  } else if (value instanceof Dict) writeMap(value);
  else if (value instanceof Undefined) writer.write('Undefined');
  else if (value instanceof Namespace) {
    writer.write('<Namespace ');
    writeMap(value.members);
    writer.write('>');
  } else if (value instanceof Sequence && value.kind.startsWith('dict')) {
    writer.write(`${value.kind}([`);
    writeAll(value.items);
    writer.write('])');
  } else if (value instanceof Sequence) writer.write(value.label || `<${value.kind} object>`);
  else if (value instanceof Loop) writer.write(`<LoopContext ${value.index + 1}/${value.items.length}>`);
  else if (value instanceof Callable)
    writer.write(value.members ? `<Macro ${quote(value.name)}>` : `<function ${value.name}>`);
}

export interface JsonOptions {
  readonly ensureAscii: boolean;
  /** What each level is indented with, or `undefined` for one line. */
  readonly indent: string | undefined;
  readonly itemSeparator: string;
  readonly keySeparator: string;
  readonly sortKeys: boolean;
}

/** Python's `json.dumps`. */
export function toJson(value: Value, options: JsonOptions, budget: Budget): string {
  const writer = new Writer(budget);
  const { indent, itemSeparator, keySeparator } = options;
  const text = (content: string) => {
    const json = JSON.stringify(content);
    if (!options.ensureAscii) return json;
    return json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  };
  const number = (content: number) => floatText(content).replace('inf', 'Infinity').replace('nan', 'NaN');

  const writeEntries = (open: string, close: string, depth: number, entries: readonly (() => void)[]) => {
    const line = (level: number) => {
      if (indent === undefined) return;
      budget.text(indent.length * level);
      writer.write(`\n${indent.repeat(level)}`);
    };
    writer.write(open);
    entries.forEach((entry, index) => {
      if (index > 0) writer.write(itemSeparator);
      line(depth + 1);
      entry();
    });
    if (entries.length > 0) line(depth);
    writer.write(close);
  };
  const write = (item: Value, depth: number): void => {
    checkDepth(depth);
    if (item === null) writer.write('null');
    else if (typeof item === 'boolean' || typeof item === 'number') writer.write(String(item));
    else if (typeof item === 'string') writer.write(text(item));
    else if (item instanceof Float) writer.write(number(item.value));
    else if (Array.isArray(item))
      writeEntries(
        '[',
        ']',
        depth,
        item.map((entry) => () => write(entry, depth + 1)),
      );
    else if (item instanceof Dict) {
      const pairs = [...item];
      if (options.sortKeys) pairs.sort(([a], [b]) => compareKeys(a, b));
      const entries = pairs.map(([key, entry]) => () => {
        writer.write(text(key === null ? 'null' : String(key)) + keySeparator);
        write(entry, depth + 1);
      });
      writeEntries('{', '}', depth, entries);
    } else fail(`Object of type ${typeName(item)} is not JSON serializable`);
  };
  write(value, 0);
  return writer.toString();
}

function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string')
    fail('keys of different types cannot be sorted');
  return Number(a) - Number(b);
}
