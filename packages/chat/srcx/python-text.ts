import type { Budget } from './budget.ts';
import { isDict, isList, isNull, isText, isUndefined, type Value } from './engine.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** How Python's `repr` shows a text. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const shown = text.replace(/[\\\p{Cc}\xa0\xad]/gu, (character) =>
    character === '\\'
      ? '\\\\'
      : (ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  );
  return mark + (mark === "'" ? shown.replaceAll("'", "\\'") : shown) + mark;
}

/** What a value is as text, as in Python's `str`; within lists and dicts as in `repr`. */
export function toText(value: Value, isWithin = false): string {
  if (isText(value)) return isWithin ? quote(value.value) : value.value;
  if (isList(value)) return `[${value.value.map((item) => toText(item, true)).join(', ')}]`;
  if (isDict(value))
    return `{${[...value.value].map(([key, item]) => `${quote(key)}: ${toText(item, true)}`).join(', ')}}`;
  if (isNull(value)) return 'None';
  if (typeof value.value === 'boolean') return value.value ? 'True' : 'False';
  if (isUndefined(value)) return isWithin ? 'Undefined' : '';
  // The engine writes floats as JavaScript does: 1e-7, which is 1e-07 in Python.
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** How JSON is written. */
export interface JsonStyle {
  /** Spaces for each level; below 0 all is on one line. */
  readonly indent: number;
  readonly isAscii: boolean;
  readonly isSorted: boolean;
  readonly separators: readonly string[];
}

/** JSON as Python's `json.dumps` writes it. */
export function toJson(value: Value, style: JsonStyle, budget: Budget): string {
  const { indent, isAscii, isSorted, separators } = style;
  let json = '';
  const write = (piece: string): void => {
    json += piece;
    budget.checkSize(json.length);
  };
  const writeText = (content: unknown): void => {
    const shown = JSON.stringify(content);
    write(
      isAscii
        ? shown.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : shown,
    );
  };
  const writeLine = (level: number): void => {
    if (indent >= 0) write(`\n${' '.repeat(budget.checkSize(indent * level))}`);
  };
  const writeValue = (at: Value, depth: number): void => {
    const content = at.value;
    if (isUndefined(at) || typeof content === 'function')
      throw new TypeError(`${at.type} is not JSON serializable`);
    if (!isList(at) && !isDict(at)) {
      if (typeof content === 'number') write(toText(at));
      else writeText(content ?? null);
      return;
    }
    const entries = [...at.value.entries()] as [string | number, Value][];
    if (isSorted && isDict(at)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    write(isList(at) ? '[' : '{');
    for (const [index, [key, item]] of entries.entries()) {
      if (index > 0) write(separators[0]!);
      writeLine(depth);
      if (isDict(at)) {
        writeText(key);
        write(separators[1]!);
      }
      writeValue(item, depth + 1);
    }
    if (entries.length > 0) writeLine(depth - 1);
    write(isList(at) ? ']' : '}');
  };
  writeValue(value, 1);
  return json;
}
