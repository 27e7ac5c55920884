import { required } from './bind.ts';
import type { Budget } from './budget.ts';
import { pad } from './format-text.ts';
import { sliceIndices } from './operators.ts';
import {
  capitalize,
  hasWide,
  isSpace,
  pointLength,
  pointsOf,
  splitLines,
  splitSpaces,
  titleCase,
  trim,
} from './text.ts';
import { fail, isTrue, Tuple, toInteger, tuple, typeName, type Value } from './values.ts';

type Arguments = readonly (Value | undefined)[];
type Method = (text: string, args: Arguments, budget: Budget, name: string) => Value;

const textOf = (value: Value | undefined, name: string): string =>
  typeof value === 'string' ? value : fail(`${name}() argument must be str, not ${typeName(value ?? null)}`);

const optional = (value: Value | undefined, name: string): string | undefined =>
  value === undefined || value === null ? undefined : textOf(value, name);

/** Part of a text between two positions that count code points. */
export function substring(text: string, start: Value | undefined, end: Value | undefined): string {
  if ((start ?? null) === null && (end ?? null) === null) return text;
  const bound = (value: Value | undefined) => ((value ?? null) === null ? undefined : toInteger(value!));
  if (!hasWide(text)) return text.slice(bound(start) ?? 0, bound(end));
  return pointsOf(text)
    .slice(bound(start) ?? 0, bound(end))
    .join('');
}

const strip =
  (atStart: boolean, atEnd: boolean): Method =>
  (text, [characters], _budget, name) =>
    trim(text, optional(characters, name), atStart, atEnd);

const affix =
  (test: (text: string, part: string) => boolean): Method =>
  (text, [parts, start, end], _budget, name) => {
    const range = substring(text, start, end);
    if (!(parts instanceof Tuple)) return test(range, textOf(parts, name));
    return parts.some((part) => test(range, textOf(part, name)));
  };

const find =
  (search: 'indexOf' | 'lastIndexOf', strict: boolean): Method =>
  (text, [part, start, end], budget, name) => {
    const range = substring(text, start, end);
    budget.search(range, textOf(part, name));
    const index = range[search](textOf(part, name));
    if (index < 0) return strict ? fail('substring not found') : -1;
    const from = (start ?? null) === null ? 0 : toInteger(start!);
    const offset = from < 0 ? Math.max(0, pointLength(text) + from) : from;
    return offset + pointLength(range.slice(0, index));
  };

const split =
  (fromRight: boolean): Method =>
  (text, [separator, maximum], budget, name) => {
    const limit = maximum === undefined ? -1 : toInteger(maximum);
    const by = optional(separator, name);
    if (by === '') fail('empty separator');
    budget.list(text.length / 2);
    budget.search(text, by ?? '');
    if (by === undefined && !fromRight) return splitSpaces(text, limit);
    const reversed = (part: string) => [...part].reverse().join('');
    if (by === undefined) return splitSpaces(reversed(text), limit).map(reversed).reverse();
    const parts = text.split(by);
    if (limit < 0 || parts.length <= limit + 1) return parts;
    const cut = fromRight ? parts.length - limit : limit;
    return fromRight
      ? [parts.slice(0, cut).join(by), ...parts.slice(cut)]
      : [...parts.slice(0, cut), parts.slice(cut).join(by)];
  };

const partition =
  (fromRight: boolean): Method =>
  (text, [separator], budget, name) => {
    const by = textOf(separator, name);
    budget.search(text, by);
    if (by === '') fail('empty separator');
    const index = fromRight ? text.lastIndexOf(by) : text.indexOf(by);
    if (index < 0) return tuple(fromRight ? ['', '', text] : [text, '', '']);
    return tuple([text.slice(0, index), by, text.slice(index + by.length)]);
  };

const justify =
  (alignment: string): Method =>
  (text, [width, fill], budget, name) => {
    const size = toInteger(required(width, name, 'width'));
    if (alignment !== '^') return pad(text, size, alignment, optional(fill, name) ?? ' ', budget);
    // Python puts the odd character to the left when the width is odd, to the right when it is even.
    const missing = Math.max(0, size - pointLength(text));
    const left = Math.floor(missing / 2) + (missing & size & 1);
    const filler = optional(fill, name) ?? ' ';
    return pad(pad(text, size - missing + left, '>', filler, budget), size, '<', filler, budget);
  };

/** Whether there are characters, and all are of this kind. */
const all =
  (pattern: RegExp): Method =>
  (text) =>
    pattern.test(text);

const hasCase = (text: string) => text.toLowerCase() !== text.toUpperCase();
export const isLower = (text: string): boolean => hasCase(text) && text === text.toLowerCase();
export const isUpper = (text: string): boolean => hasCase(text) && text === text.toUpperCase();

/** The methods of a text, by name, with the names of their parameters. */
export const STRING_METHODS: Readonly<Record<string, readonly [parameters: string, method: Method]>> = {
  upper: ['', (text) => text.toUpperCase()],
  lower: ['', (text) => text.toLowerCase()],
  casefold: ['', (text) => text.toLowerCase().replaceAll('ß', 'ss')],
  title: ['', (text) => titleCase(text, false)],
  capitalize: ['', capitalize],
  swapcase: [
    '',
    (text) =>
      text.replace(/\p{L}/gu, (letter) => (isLower(letter) ? letter.toUpperCase() : letter.toLowerCase())),
  ],
  strip: ['chars', strip(true, true)],
  lstrip: ['chars', strip(true, false)],
  rstrip: ['chars', strip(false, true)],
  startswith: ['prefix start end', affix((text, part) => text.startsWith(part))],
  endswith: ['suffix start end', affix((text, part) => text.endsWith(part))],
  removeprefix: [
    'prefix',
    (text, [part], _, name) =>
      text.startsWith(textOf(part, name)) ? text.slice(textOf(part, name).length) : text,
  ],
  removesuffix: [
    'suffix',
    (text, [part], _, name) =>
      text.endsWith(textOf(part, name)) ? text.slice(0, text.length - textOf(part, name).length) : text,
  ],
  find: ['sub start end', find('indexOf', false)],
  rfind: ['sub start end', find('lastIndexOf', false)],
  index: ['sub start end', find('indexOf', true)],
  rindex: ['sub start end', find('lastIndexOf', true)],
  count: [
    'sub start end',
    (text, [part, start, end], budget, name) => {
      const range = substring(text, start, end);
      const sought = textOf(part, name);
      budget.search(range, sought);
      return sought === '' ? pointLength(range) + 1 : range.split(sought).length - 1;
    },
  ],
  replace: [
    'old new count',
    (text, [old, replacement, count], budget, name) =>
      budget.replace(
        text,
        textOf(old, name),
        textOf(replacement, name),
        count === undefined ? -1 : toInteger(count),
      ),
  ],
  split: ['sep maxsplit', split(false)],
  rsplit: ['sep maxsplit', split(true)],
  splitlines: ['keepends', (text, [keep]) => splitLines(text, keep !== undefined && isTrue(keep))],
  partition: ['sep', partition(false)],
  rpartition: ['sep', partition(true)],
  join: [
    'iterable',
    (text, [items], budget, name) => {
      const parts = budget
        .iterate(required(items, name, 'iterable'))
        .map((item, index) =>
          typeof item === 'string'
            ? item
            : fail(`sequence item ${index}: expected str instance, ${typeName(item)} found`),
        );
      return budget.join(parts, text);
    },
  ],
  ljust: ['width fillchar', justify('<')],
  rjust: ['width fillchar', justify('>')],
  center: ['width fillchar', justify('^')],
  zfill: [
    'width',
    (text, [width], budget, name) => {
      const [sign = ''] = /^[-+]/.exec(text) ?? [];
      return (
        sign +
        pad(
          text.slice(sign.length),
          toInteger(required(width, name, 'width')) - sign.length,
          '>',
          '0',
          budget,
        )
      );
    },
  ],
  expandtabs: [
    'tabsize',
    (text, [size], budget) => {
      const width = size === undefined ? 8 : toInteger(size);
      let column = 0;
      const pieces = text.split(/([\t\n\r])/).map((piece) => {
        if (piece === '\n' || piece === '\r') column = 0;
        else if (piece !== '\t') column += piece.length;
        else {
          const missing = width > 0 ? width - (column % width) : 0;
          column += missing;
          budget.text(missing);
          return ' '.repeat(missing);
        }
        return piece;
      });
      return budget.join(pieces);
    },
  ],
  isalpha: ['', all(/^\p{L}+$/u)],
  isdigit: ['', all(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u)],
  isdecimal: ['', all(/^\p{Nd}+$/u)],
  isnumeric: ['', all(/^\p{N}+$/u)],
  isalnum: ['', all(/^[\p{L}\p{N}]+$/u)],
  isidentifier: ['', all(/^[\p{L}_][\p{L}\p{N}_]*$/u)],
  isascii: ['', (text) => !/[^\0-\x7f]/.test(text)],
  isspace: ['', (text) => text !== '' && pointsOf(text).every(isSpace)],
  isprintable: ['', (text) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text)],
  islower: ['', isLower],
  isupper: ['', isUpper],
  istitle: ['', (text) => hasCase(text) && text === titleCase(text, false)],
};

/** A part of a text, by Python's slice. */
export function sliceText(text: string, bounds: readonly (number | undefined)[], budget: Budget): string {
  const [start, stop, step = 1] = bounds;
  budget.text(text.length / 8);
  if (step === 1) return substring(text, start, stop);
  budget.list(text.length);
  const points = pointsOf(text);
  return sliceIndices(points.length, bounds)
    .map((index) => points[index])
    .join('');
}
