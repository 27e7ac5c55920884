import { required } from './bind.ts';
import { attributeGetter, type Filter, type Filters, integerOr, lengthOf } from './filter-context.ts';
import { formatPercent } from './format-text.ts';
import { STRING_METHODS } from './string-methods.ts';
import { capitalize, pointLength, pointsOf, splitLines, titleCase, trim } from './text.ts';
import {
  Dict,
  Float,
  fail,
  isTrue,
  orElse,
  toInteger,
  toNumber,
  tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';
import { toJson, toRepr, toText } from './write.ts';

/** A filter that works on the text of its operand. */
const onText =
  (change: (text: string, ...args: Parameters<Filter>) => Value): Filter =>
  (value, args, context) => {
    const text = toText(value, context.budget);
    context.budget.text(text.length);
    return change(text, value, args, context);
  };

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};
const escapeHtml = onText((text) => text.replace(/[&<>'"]/g, (character) => ENTITIES[character]!));

const percent = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);

const indent = onText((source, value, [width, first, blank], { budget }) => {
  if (typeof value !== 'string') fail(`indent needs a text, not ${typeName(value)}`);
  let indention = '    ';
  if (typeof width === 'string') indention = width;
  else if (width !== undefined) {
    const size = Math.max(0, toInteger(width));
    budget.text(size);
    indention = ' '.repeat(size);
  }
  const [head = '', ...lines] = splitLines(`${source}\n`);
  const isBlank = blank !== undefined && isTrue(blank);
  const start = first !== undefined && isTrue(first) ? indention : '';
  budget.text(indention.length * lines.length);
  return budget.join(
    [start + head, ...lines.map((line) => (line !== '' || isBlank ? indention + line : line))],
    '\n',
  );
});

const toInt: Filter = (value, [standard, base]) => {
  const number = toNumber(value);
  if (number !== undefined) return Number.isFinite(number) ? Math.trunc(number) : orElse(standard, () => 0);
  if (value instanceof Undefined) fail(value.problem);
  if (typeof value !== 'string') return orElse(standard, () => 0);
  const text = trim(value).replace(/(?<=[\da-f])_(?=[\da-f])/gi, '');
  const radix = integerOr(base, 10);
  const [, sign, prefix = '', digits = ''] = /^([-+]?)(0[xbo])?([\da-z]+)$/i.exec(text) ?? [];
  const own = { x: 16, o: 8, b: 2 }[prefix.slice(1).toLowerCase()];
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, radix === 0 ? (own ?? 10) : radix);
  const fits = digits !== '' && [...digits.toLowerCase()].every((digit) => alphabet.includes(digit));
  if (fits && (prefix === '' || own === (radix === 0 ? own : radix)))
    return Number.parseInt(digits, alphabet.length) * (sign === '-' ? -1 : 1);
  const float = parseFloatText(text);
  return float !== undefined && Number.isFinite(float) ? Math.trunc(float) : orElse(standard, () => 0);
};

/** What Python's `float()` reads. */
function parseFloatText(text: string): number | undefined {
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  const [, sign, word] = /^([-+]?)(inf|infinity|nan)$/i.exec(text) ?? [];
  if (word === undefined) return undefined;
  return word.toLowerCase() === 'nan' ? Number.NaN : sign === '-' ? -Infinity : Infinity;
}

const round: Filter = (value, [precision, method]) => {
  const number = toNumber(value) ?? fail(`type ${typeName(value)} doesn't define __round__ method`);
  const digits = integerOr(precision, 0);
  const kind = method === undefined ? 'common' : method;
  if (kind !== 'common' && kind !== 'ceil' && kind !== 'floor') fail('method must be common, ceil or floor');
  if (kind !== 'common') {
    const scale = 10 ** digits;
    const scaled = Math[kind as 'ceil' | 'floor'](number * scale);
    return new Float(scaled / scale);
  }
  if (!(value instanceof Float) && digits >= 0) return number;
  const rounded = roundHalfEven(number, Math.min(digits, 60));
  return value instanceof Float ? new Float(rounded) : rounded;
};

function roundHalfEven(number: number, digits: number): number {
  if (!Number.isFinite(number) || Math.abs(number) >= 1e21) return number;
  if (digits < 0) {
    const scale = 10 ** -digits;
    return roundHalfEven(number / scale, 0) * scale;
  }
  const exact = Math.abs(number).toFixed(Math.min(100, digits + 40));
  const cut = exact.length - Math.min(100 - digits, 40);
  const isTie = /^50*$/.test(exact.slice(cut));
  const last = exact.slice(0, cut).replace('.', '').at(-1)!;
  const size =
    isTie && Number(last) % 2 === 0 ? Number(exact.slice(0, cut)) : Number(Math.abs(number).toFixed(digits));
  return number < 0 ? -size : size;
}

/** Jinja's filters that make texts and numbers, and `tojson` as transformers defines it. */
export const TEXT_FILTERS: Filters = {
  string: ['', (value, _, { budget }) => toText(value, budget)],
  safe: ['', (value, _, { budget }) => toText(value, budget)],
  e: ['', escapeHtml],
  escape: ['', escapeHtml],
  forceescape: ['', escapeHtml],
  upper: ['', onText((text) => text.toUpperCase())],
  lower: ['', onText((text) => text.toLowerCase())],
  capitalize: ['', onText(capitalize)],
  title: ['', onText((text) => titleCase(text, true))],
  trim: ['chars', onText((text, _, [chars]) => trim(text, typeof chars === 'string' ? chars : undefined))],
  center: [
    'width',
    onText((text, _, [width], { budget }) =>
      STRING_METHODS.center![1](text, [width ?? 80], budget, 'center'),
    ),
  ],
  indent: ['width first blank', indent],
  replace: [
    'old new count',
    onText((text, _, [old, replacement, count], { budget }) =>
      budget.replace(
        text,
        toText(required(old, 'replace', 'old'), budget),
        toText(required(replacement, 'replace', 'new'), budget),
        integerOr(count ?? undefined, -1),
      ),
    ),
  ],
  truncate: [
    'length killwords end leeway',
    (value, [length, killWords, end, leeway], { budget }) => {
      if (typeof value !== 'string') return fail(`truncate needs a text, not ${typeName(value)}`);
      budget.text(value.length);
      const mark = end === undefined ? '...' : toText(end, budget);
      const size = integerOr(length, 255);
      if (size < mark.length) fail(`expected length >= ${mark.length}, got ${size}`);
      const points = pointsOf(value);
      if (points.length <= size + integerOr(leeway ?? undefined, 5)) return value;
      const cut = points.slice(0, size - mark.length).join('');
      const space = cut.lastIndexOf(' ');
      return (killWords !== undefined && isTrue(killWords)) || space < 0
        ? cut + mark
        : cut.slice(0, space) + mark;
    },
  ],
  wordcount: ['', onText((text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
  striptags: ['', onText((text) => stripTags(text).split(/\s+/).filter(Boolean).join(' '))],
  urlencode: [
    '',
    (value, _, { budget }) => {
      if (!(value instanceof Dict)) return percent(toText(value, budget)).replaceAll('%2F', '/');
      const pairs = [...value].map(([key, entry]) =>
        [key, entry].map((part) => percent(toText(part, budget)).replaceAll('%20', '+')),
      );
      return budget.join(
        pairs.map((pair) => pair.join('=')),
        '&',
      );
    },
  ],
  pprint: ['', (value, _, { budget }) => toRepr(value, budget)],
  join: [
    'd attribute',
    (value, [separator, attribute], context) => {
      const { budget } = context;
      const get = attributeGetter(attribute, context);
      const parts = budget.iterate(value).map((item) => toText(get(item), budget));
      return budget.join(parts, separator === undefined ? '' : toText(separator, budget));
    },
  ],
  length: ['', (value, _, { budget }) => countOf(value, budget.read.bind(budget))],
  count: ['', (value, _, { budget }) => countOf(value, budget.read.bind(budget))],
  abs: [
    '',
    (value) => {
      if (value instanceof Float) return new Float(Math.abs(value.value));
      return Math.abs(toNumber(value) ?? fail(`bad operand type for abs(): '${typeName(value)}'`));
    },
  ],
  int: ['default base', toInt],
  float: [
    'default',
    (value, [standard]) => {
      if (value instanceof Undefined) fail(value.problem);
      const number =
        typeof value === 'string' ? parseFloatText(trim(value).replaceAll('_', '')) : toNumber(value);
      return number === undefined ? orElse(standard, () => new Float(0)) : new Float(number);
    },
  ],
  round: ['precision method', round],
  tojson: [
    'ensure_ascii indent separators sort_keys',
    (value, [ensureAscii, indentation, separators, sortKeys], { budget }) => {
      let space: string | undefined;
      if (typeof indentation === 'string') space = indentation;
      else if (indentation !== undefined && indentation !== null) {
        const size = Math.max(0, toInteger(indentation));
        budget.text(size);
        space = ' '.repeat(size);
      }
      const given =
        separators === undefined || separators === null
          ? [space === undefined ? ', ' : ',', ': ']
          : budget.iterate(separators);
      const [itemSeparator, keySeparator] = given;
      if (given.length !== 2 || typeof itemSeparator !== 'string' || typeof keySeparator !== 'string')
        return fail('separators of tojson must be two texts');
      const flag = (option: Value | undefined) => option !== undefined && isTrue(option);
      const options = {
        ensureAscii: flag(ensureAscii),
        indent: space,
        itemSeparator,
        keySeparator,
        sortKeys: flag(sortKeys),
      };
      return toJson(value, options, budget);
    },
  ],
};

function stripTags(text: string): string {
  const parts: string[] = [];
  let end = 0;
  for (;;) {
    const start = text.indexOf('<', end);
    const mark = text.startsWith('<!--', start) ? '-->' : '>';
    const close = start < 0 ? -1 : text.indexOf(mark, start);
    if (close < 0) return parts.join('') + text.slice(end);
    parts.push(text.slice(end, start));
    end = close + mark.length;
  }
}

function countOf(value: Value, read: (length: number) => void): number {
  return lengthOf(value, (text) => {
    read(text.length);
    return pointLength(text);
  });
}

/** Filters whose arguments are not bound to names. */
export const formatFilter = (
  value: Value,
  positional: Value[],
  keyword: Map<string, Value>,
  context: Parameters<Filter>[2],
): Value => {
  if (positional.length > 0 && keyword.size > 0)
    fail("can't handle positional and keyword arguments at the same time");
  return formatPercent(
    toText(value, context.budget),
    keyword.size > 0 ? new Dict(keyword) : tuple(positional),
    context.budget,
  );
};
