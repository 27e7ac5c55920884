import { allCodePoints, type CodePoints, codePointsOf, intersect, negate } from './code-points.ts';
import {
  chars,
  choice,
  empty,
  type Node,
  optional,
  type Rule,
  reference,
  repeat,
  sequence,
  text,
} from './grammar-node.ts';

const hex = chars(codePointsOf('0123456789abcdefABCDEF'));
const escaped = [0, 0x1f, 0x22, 0x22, 0x5c, 0x5c];
const shortEscapes: Record<number, string> = { 8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r', 34: '"', 92: '\\' };

/** One character of a JSON string in any way it may be written; a pair of surrogate escapes is one character. */
const anyCharacter = choice([
  chars(intersect(allCodePoints, negate(escaped))),
  sequence(text('\\'), chars(codePointsOf('"\\/bfnrt'))),
  sequence(text('\\u'), chars(codePointsOf('0123456789abcABCefEF')), hex, hex, hex),
  sequence(text('\\u'), chars(codePointsOf('dD')), chars(codePointsOf('01234567')), hex, hex),
  sequence(
    text('\\u'),
    chars(codePointsOf('dD')),
    chars(codePointsOf('89abAB')),
    hex,
    hex,
    text('\\u'),
    chars(codePointsOf('dD')),
    chars(codePointsOf('cdefCDEF')),
    hex,
    hex,
  ),
]);

const quote = text('"');
export const quoted = (content: Node): Node => sequence(quote, content, quote);

/** Any JSON string of a number of characters. */
export const anyString = (min = 0, max = Number.POSITIVE_INFINITY): Node =>
  quoted(repeat(anyCharacter, min, max));

/** Characters inside a JSON string, each written as `JSON.stringify` writes it. */
export function stringCharacters(points: CodePoints): Node {
  const items: Node[] = [];
  const plain = intersect(points, negate(escaped));
  if (plain.length > 0) items.push(chars(plain));
  const special = intersect(points, escaped);
  for (let at = 0; at < special.length; at += 2)
    for (let point = special[at]!; point <= special[at + 1]!; point++)
      items.push(text(`\\${shortEscapes[point] ?? `u${point.toString(16).padStart(4, '0')}`}`));
  return choice(items);
}

const digit = chars([0x30, 0x39]);
const minus = optional(text('-'));
const whole = (most: number): Node =>
  choice([text('0'), sequence(chars([0x31, 0x39]), repeat(digit, 0, most - 1))]);
const exponent = sequence(
  chars(codePointsOf('eE')),
  choice([
    sequence(text('-'), repeat(digit, 1, 3)),
    sequence(
      optional(text('+')),
      choice([
        repeat(digit, 1, 2),
        sequence(text('1'), digit, digit),
        sequence(text('2'), chars([0x30, 0x37]), digit),
      ]),
    ),
  ]),
);

export const mostIntegerDigits = 16;
/** Numbers that a double can hold without overflow. */
export const anyNumber = sequence(
  minus,
  whole(21),
  optional(sequence(text('.'), repeat(digit, 1, 24))),
  optional(exponent),
);
export const anyInteger = choice([
  text('0'),
  sequence(minus, chars([0x31, 0x39]), repeat(digit, 0, mostIntegerDigits - 1)),
]);

/** The punctuation of JSON with the whitespace that may stand around it. */
export interface JsonSyntax {
  readonly space: Node;
  readonly comma: Node;
  readonly colon: Node;
  /** Any JSON value. */
  readonly value: Node;
}

/** @param maxWhitespace most whitespace characters between two parts */
export function jsonSyntax(maxWhitespace: number): JsonSyntax {
  const space = maxWhitespace === 0 ? empty : repeat(chars(codePointsOf(' \n\t\r')), 0, maxWhitespace);
  const spaced = (mark: string): Node => sequence(space, text(mark), space);
  const rule: Rule = { name: 'value', body: empty };
  const value = reference(rule);
  const comma = spaced(',');
  const colon = spaced(':');
  const list = (item: Node): Node => optional(sequence(space, item, repeat(sequence(comma, item), 0)));
  const member = sequence(anyString(), colon, value);
  rule.body = choice([
    ...['null', 'true', 'false'].map(text),
    anyNumber,
    anyString(),
    sequence(text('['), list(value), space, text(']')),
    sequence(text('{'), list(member), space, text('}')),
  ]);
  return { space, comma, colon, value };
}
