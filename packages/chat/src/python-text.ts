import type { Budget } from './budget.ts';
import { isDict, isList, isNull, isText, isUndefined, type Value } from './engine.ts';

/** How Python's `repr` shows a text. */
function quote(text: string): string {
  const shown = JSON.stringify(text)
    .slice(1, -1)
    .replace(/\\"/g, '"')
    .replace(/\\u00|[\x7f-\xa0\xad]/g, (found) =>
      found.length > 1 ? '\\x' : `\\x${found.charCodeAt(0).toString(16)}`,
    );
  return text.includes("'") && !text.includes('"') ? `"${shown}"` : `'${shown.replaceAll("'", "\\'")}'`;
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

/**
 * JSON as Python's `json.dumps` writes it.
 *
 * @param indent spaces for each level; below 0 all is on one line
 */
export function toJson(
  value: Value,
  indent: number,
  isAscii: boolean,
  isSorted: boolean,
  [between = '', afterKey = '']: readonly string[],
  budget: Budget,
): string {
  let size = 0;
  const textOf = (content: unknown): string => {
    const shown = JSON.stringify(content);
    return isAscii
      ? shown.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : shown;
  };
  const lineOf = (level: number): string => {
    size = budget.checkSize(size + indent * level + between.length + afterKey.length);
    return indent < 0 ? '' : `\n${' '.repeat(indent * level)}`;
  };
  const write = (at: Value, depth: number): string => {
    const content = at.value;
    if (isUndefined(at) || typeof content === 'function')
      throw new TypeError(`${at.type} is not JSON serializable`);
    if (!isList(at) && !isDict(at)) return typeof content === 'number' ? toText(at) : textOf(content ?? null);
    const entries = [...at.value.entries()] as [string | number, Value][];
    if (isSorted && isDict(at)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    const parts = entries.map(
      ([key, item]) => lineOf(depth) + (isDict(at) ? textOf(key) + afterKey : '') + write(item, depth + 1),
    );
    const inner = parts.join(between) + (parts.length > 0 ? lineOf(depth - 1) : '');
    return isDict(at) ? `{${inner}}` : `[${inner}]`;
  };
  return write(value, 1);
}
