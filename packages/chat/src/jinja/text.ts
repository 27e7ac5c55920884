/** White space in the sense of Python's `str.isspace`. */
const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE = new RegExp(`^[${SPACES}]$`);
const NOT_SPACES = new RegExp(`[^${SPACES}]+`, 'g');

const LINE_ENDS = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE_END = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g');

export const isSpace = (character: string): boolean => SPACE.test(character);

/** Python's `str.strip` and its sisters. @param characters what is removed; default: white space */
export function trim(text: string, characters?: string, atStart = true, atEnd = true): string {
  const points = characters === undefined ? undefined : new Set(characters);
  const removes = (character: string) => (points ? points.has(character) : isSpace(character));
  let start = 0;
  let end = text.length;
  while (atStart && start < end) {
    const character = String.fromCodePoint(text.codePointAt(start)!);
    if (!removes(character)) break;
    start += character.length;
  }
  while (atEnd && end > start) {
    const low = text.charCodeAt(end - 1);
    const size = low >= 0xdc00 && low < 0xe000 && isWide(text, end - 2) ? 2 : 1;
    if (!removes(text.slice(end - size, end))) break;
    end -= size;
  }
  return text.slice(start, end);
}

const isWide = (text: string, index: number): boolean => (text.codePointAt(index) ?? 0) > 0xffff;

export const trimEnd = (text: string): string => trim(text, undefined, false);

/** Whether the text has characters that take two UTF-16 units, so that its length is not Python's. */
export const hasWide = (text: string): boolean => /[\ud800-\udbff][\udc00-\udfff]/.test(text);

/** Length in code points. */
export function pointLength(text: string): number {
  if (!hasWide(text)) return text.length;
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The characters that Python sees. */
export const pointsOf = (text: string): string[] => (hasWide(text) ? [...text] : text.split(''));

/** Words between white space, at most `limit` splits from the left, as `str.split()` does it. */
export function splitSpaces(text: string, limit: number): string[] {
  const parts: string[] = [];
  for (const { 0: word, index } of text.matchAll(NOT_SPACES)) {
    if (parts.length === limit) return [...parts, text.slice(index)];
    parts.push(word);
  }
  return parts;
}

/** Order of texts by code points, as in Python; UTF-16 order differs above U+D7FF. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index++;
  if (index === length) return left.length - right.length;
  const a = left.charCodeAt(index);
  const b = right.charCodeAt(index);
  const isSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xe000;
  return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
}

/** A float as Python prints it. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  if (+exponent < -4 || +exponent >= 16)
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** A text as Python's `repr` writes it. */
export function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\p{C}\p{Zl}\p{Zp}\\'"]|(?! )\p{Zs}/gu, (character) => {
    if (character === "'" || character === '"') return character === mark ? `\\${mark}` : character;
    if (NAMED[character]) return NAMED[character];
    const hex = character.codePointAt(0)!.toString(16);
    const [letter, size] = hex.length <= 2 ? ['x', 2] : hex.length <= 4 ? ['u', 4] : ['U', 8];
    return `\\${letter}${hex.padStart(size as number, '0')}`;
  });
  return mark + inner + mark;
}

/** Python's `str.title`, or with `words`, Jinja's filter `title`. */
export function titleCase(text: string, asFilter: boolean): string {
  const pattern = asFilter ? /[^-\s({[<]+/gu : /\p{L}+/gu;
  return text.replace(pattern, (word) => capitalize(word));
}

export function capitalize(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 32);
  return text === '' ? '' : first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** Lines as `str.splitlines` finds them. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    lines.push(text.slice(start, keepEnds ? index + end.length : index));
    start = index + end.length;
  }
  return start < text.length ? [...lines, text.slice(start)] : lines;
}
