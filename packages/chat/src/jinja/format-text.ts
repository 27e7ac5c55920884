import type { Budget } from './budget.ts';
import { lookUp } from './compare.ts';
import { pointLength } from './text.ts';
import { Dict, Float, fail, orElse, Tuple, toNumber, typeName, Undefined, type Value } from './values.ts';
import { toRepr, toText } from './write.ts';

/** `text` with `fill` around it, `width` characters in all. @param alignment `<`, `>` or `^` */
export function pad(text: string, width: number, alignment: string, fill: string, budget: Budget): string {
  const missing = width - pointLength(text);
  if (missing <= 0) return text;
  budget.text(text.length + missing);
  const before = alignment === '<' ? 0 : alignment === '>' ? missing : Math.floor(missing / 2);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

/** What comes after the colon in a field of `str.format`, or after `%`. */
interface Style {
  readonly fill?: string | undefined;
  readonly alignment?: string | undefined;
  readonly sign?: string | undefined;
  readonly zero?: boolean | undefined;
  readonly alternate?: boolean | undefined;
  readonly width?: number | undefined;
  readonly comma?: string | undefined;
  readonly precision?: number | undefined;
  readonly type: string;
}

function formatNumber(value: number, isFloat: boolean, style: Style): string {
  const { precision = 6, type } = style;
  const size = Math.abs(value);
  if (precision > 100) fail(`a precision of ${precision} is not supported`);
  const exponent = (text: string) => text.replace(/e([+-])(\d)$/, 'e$10$2');
  switch (type) {
    case 'd':
    case 'i':
    case 'u':
      return String(Math.trunc(size));
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      const digits = size.toString(type === 'o' ? 8 : type === 'b' ? 2 : 16);
      const text = (style.alternate ? `0${type}` : '') + digits;
      return type === 'X' ? text.toUpperCase() : text;
    }
    case 'f':
    case 'F':
      return size.toFixed(precision);
    case '%':
      return `${(size * 100).toFixed(precision)}%`;
    case 'e':
    case 'E':
      return type === 'e'
        ? exponent(size.toExponential(precision))
        : exponent(size.toExponential(precision)).toUpperCase();
    case 'g':
    case 'G': {
      const digits = Math.max(1, precision);
      const power = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
      if (power < -4 || power >= digits)
        return exponent(size.toExponential(digits - 1).replace(/\.?0+e/, 'e'));
      const text = size.toFixed(Math.max(0, digits - 1 - power));
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    }
    default:
      return fail(`unsupported format character '${type}' for ${isFloat ? 'float' : 'int'}`);
  }
}

function applyStyle(value: Value, style: Style, budget: Budget, defaultAlignment: string): string {
  const number = toNumber(value);
  const isNumeric = number !== undefined && !'srac'.includes(style.type);
  let text: string;
  let sign = '';
  if (isNumeric) {
    text = formatNumber(number, value instanceof Float, style);
    sign = number < 0 ? '-' : style.sign === '+' || style.sign === ' ' ? style.sign : '';
    if (style.comma) text = text.replace(/\B(?<!\..*)(?=(\d{3})+(?!\d))/g, style.comma);
  } else if ('srac'.includes(style.type)) {
    text = style.type === 's' || style.type === 'c' ? toText(value, budget) : toRepr(value, budget);
    if (style.precision !== undefined) text = [...text].slice(0, style.precision).join('');
  } else return fail(`%${style.type} format: a real number is required, not ${typeName(value)}`);
  const width = style.width ?? 0;
  if (style.zero && isNumeric && !style.alignment)
    return sign + pad(text, width - sign.length, '>', '0', budget);
  const alignment = style.alignment ?? (isNumeric ? '>' : defaultAlignment);
  if (alignment === '=') return sign + pad(text, width - sign.length, '>', style.fill ?? ' ', budget);
  return pad(sign + text, width, alignment, style.fill ?? (style.zero ? '0' : ' '), budget);
}

/** Python's `text % values`. */
export function formatPercent(format: string, values: Value, budget: Budget): string {
  const given = values instanceof Tuple ? [...values] : [values];
  let used = 0;
  budget.read(format.length);
  const next = (): Value =>
    used < given.length ? given[used++]! : fail('not enough arguments for format string');
  const parts: string[] = [];
  let end = 0;
  for (const field of format.matchAll(
    /%(?:\(([^)]{0,256})\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?([\s\S]?)/g,
  )) {
    const [whole, name, flags = '', width, precision, type = ''] = field;
    parts.push(format.slice(end, field.index));
    end = field.index + whole.length;
    if (type === '') fail('incomplete format');
    if (type === '%') {
      parts.push('%');
      continue;
    }
    const number = (text: string | undefined) =>
      text === undefined
        ? undefined
        : text === '*'
          ? (toNumber(next()) ?? fail('* wants int'))
          : Number(text);
    const style: Style = {
      alignment: flags.includes('-') ? '<' : undefined,
      sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : undefined,
      zero: flags.includes('0'),
      alternate: flags.includes('#'),
      width: number(width),
      precision: number(precision),
      type,
    };
    let value: Value;
    if (name === undefined) value = next();
    else {
      if (!(values instanceof Dict)) fail('format requires a mapping');
      value = orElse(lookUp(values as Dict, name), () => fail(`'${name}'`));
      used = given.length;
    }
    if (value instanceof Undefined && !'sra'.includes(type)) fail(value.problem);
    parts.push(applyStyle(value, style, budget, '>'));
  }
  if (used < given.length && !(values instanceof Dict))
    fail('not all arguments converted during string formatting');
  return budget.join([...parts, format.slice(end)]);
}

const SPECIFICATION = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** Python's `format(value, specification)`. */
function formatValue(value: Value, specification: string, budget: Budget): string {
  if (specification === '') return toText(value, budget);
  const match = SPECIFICATION.exec(specification) ?? fail(`Invalid format specifier '${specification}'`);
  const [, fill, alignment, sign, alternate, zero, width, comma, precision, type] = match;
  const number = toNumber(value);
  let kind =
    type ??
    (typeof value === 'number' || typeof value === 'boolean' ? 'd' : value instanceof Float ? 'g' : 's');
  let shown = value;
  if (type === undefined && value instanceof Float && precision === undefined) {
    shown = toText(value, budget);
    kind = 's';
  }
  if (number === undefined && kind !== 's')
    fail(`Unknown format code '${kind}' for object of type '${typeName(value)}'`);
  if (value instanceof Float && 'dxXobc'.includes(kind))
    fail(`Unknown format code '${kind}' for object of type 'float'`);
  const style: Style = {
    fill,
    alignment: alignment ?? (number !== undefined && kind === 's' ? '>' : undefined),
    sign,
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: width === undefined ? undefined : Number(width),
    comma,
    precision: precision === undefined ? undefined : Number(precision),
    type: kind === 'n' ? 'd' : kind,
  };
  return applyStyle(shown, style, budget, '<');
}

/** Python's `str.format`. @param getMember reads `.name` and `[key]` within a field */
export function formatBraces(
  format: string,
  positional: readonly Value[],
  keyword: ReadonlyMap<string, Value>,
  getMember: (value: Value, key: string, isItem: boolean) => Value,
  budget: Budget,
): string {
  let automatic = 0;
  const parts: string[] = [];
  let end = 0;
  budget.read(format.length);
  for (const field of format.matchAll(/\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g)) {
    const [whole, path, conversion, specification = ''] = field;
    parts.push(format.slice(end, field.index));
    end = field.index + whole.length;
    if (path === undefined) {
      if (whole.length === 1) fail(`Single '${whole}' encountered in format string`);
      parts.push(whole[0]!);
      continue;
    }
    const [head = '', ...rest] = path.split(/(?=[.[])/);
    const index = head === '' ? automatic++ : Number(head);
    let value = Number.isInteger(index) ? positional[index] : keyword.get(head);
    if (value === undefined)
      fail(
        Number.isInteger(index)
          ? `Replacement index ${index} out of range for positional args tuple`
          : `'${head}'`,
      );
    for (const step of rest) {
      const isItem = step.startsWith('[');
      value = getMember(value!, isItem ? step.slice(1, -1) : step.slice(1), isItem);
    }
    const shown = conversion === 'r' || conversion === 'a' ? toRepr(value!, budget) : value!;
    parts.push(formatValue(shown, specification, budget));
  }
  return budget.join([...parts, format.slice(end)]);
}
