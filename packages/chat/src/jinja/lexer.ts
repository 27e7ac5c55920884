import { trimEnd } from './text.ts';

/** A piece of a template: text outside of tags, the edges of tags, and what is between them. */
export interface Token {
  readonly type: 'text' | 'begin' | 'end' | 'name' | 'string' | 'integer' | 'float' | 'operator' | 'eof';
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

const TAG = /\{[%{#]/g;
const RAW = /\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})/y;
const END_RAW = /\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)/g;
const SPACE = /\s+/y;
const BLOCK_END = /\+%\}|-%\}\s*|%\}\n?/y;
const VARIABLE_END = /-\}\}\s*|\}\}/y;
const NAME = /[\p{L}\p{N}_]+/uy;
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const FLOAT = /\d[\d_]*(?:\.\d[\d_]*(?:[eE][+-]?\d[\d_]*)?|[eE][+-]?\d[\d_]*)/y;
const INTEGER = /0[bB][01_]+|0[oO][0-7_]+|0[xX][\da-fA-F_]+|\d[\d_]*/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** What is wrong with a template, before it runs. */
export class TemplateSyntaxError extends Error {
  constructor(problem: string, line: number) {
    super(`${problem} (line ${line})`);
  }
}

/**
 * Splits a template as Jinja's lexer does with `trim_blocks` and `lstrip_blocks`: white space around tags is already
 * removed from the texts. After `lexer.py` of Jinja 3.1.
 *
 * @throws {TemplateSyntaxError}
 */
export function tokenize(template: string): Token[] {
  const source = template.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  const tokens: Token[] = [];
  let position = 0;
  let line = 1;
  let counted = 0;
  /** The last tag ended with a line break, or there was none. */
  let lineStarting = true;

  const add = (type: Token['type'], value: string): void => void tokens.push({ type, value, line });
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    return pattern.exec(source);
  };
  const advance = (end: number): void => {
    position = end;
    for (; counted < end; counted++) if (source.charCodeAt(counted) === 10) line++;
    lineStarting = source[end - 1] === '\n';
  };
  const fail = (problem: string): never => {
    throw new TemplateSyntaxError(problem, line);
  };
  const addText = (end: number, sign: string | undefined, isVariable: boolean): void => {
    let text = source.slice(position, end);
    const lineStart = text.lastIndexOf('\n') + 1;
    if (sign === '-') text = trimEnd(text);
    else if (
      sign !== '+' &&
      !isVariable &&
      (lineStart > 0 || lineStarting) &&
      !trimEnd(text.slice(lineStart))
    )
      text = text.slice(0, lineStart);
    if (text) add('text', text);
  };

  while (position < source.length) {
    const tag = match(TAG);
    if (!tag) {
      add('text', source.slice(position));
      break;
    }
    const start = tag.index;
    const sign = /[-+]/.exec(source[start + 2] ?? '')?.[0];
    addText(start, sign, tag[0] === '{{');
    advance(start);
    const raw = match(RAW);
    if (raw) {
      advance(RAW.lastIndex);
      const end = match(END_RAW) ?? fail('Missing end of raw directive');
      addText(end.index, end[1], false);
      advance(END_RAW.lastIndex);
      continue;
    }
    advance(start + (sign ? 3 : 2));
    if (tag[0] === '{#') {
      const end = source.indexOf('#}', position);
      if (end < 0) fail('Missing end of comment tag');
      const before = end > position ? source[end - 1] : '';
      const close = end + 2;
      advance(
        before === '+'
          ? close
          : before === '-'
            ? skipSpace(source, close)
            : close + +(source[close] === '\n'),
      );
      continue;
    }
    add('begin', tag[0]);
    tokenizeTag(tag[0] === '{{' ? VARIABLE_END : BLOCK_END);
  }
  tokens.push({ type: 'eof', value: 'end of template', line });
  return tokens;

  function tokenizeTag(end: RegExp): void {
    const open: string[] = [];
    for (;;) {
      if (position >= source.length) fail('unexpected end of template inside a tag');
      if (open.length === 0 && match(end)) {
        add('end', end === BLOCK_END ? '%}' : '}}');
        advance(end.lastIndex);
        return;
      }
      if (match(SPACE)) advance(SPACE.lastIndex);
      else tokenizeOne(open);
    }
  }

  function tokenizeOne(open: string[]): void {
    const patterns = {
      float: FLOAT,
      integer: INTEGER,
      name: NAME,
      string: STRING,
      operator: OPERATOR,
    } as const;
    for (const [type, pattern] of Object.entries(patterns)) {
      const text = match(pattern)?.[0];
      if (text === undefined || (type === 'float' && source[position - 1] === '.')) continue;
      if (type === 'operator') {
        if (CLOSING[text]) open.push(CLOSING[text]);
        else if (')]}'.includes(text) && open.pop() !== text) fail(`unexpected '${text}'`);
      }
      add(type as Token['type'], type === 'string' ? readEscapes(text.slice(1, -1), fail) : text);
      advance(pattern.lastIndex);
      return;
    }
    fail(`unexpected character '${String.fromCodePoint(source.codePointAt(position)!)}'`);
  }
}

function skipSpace(source: string, position: number): number {
  SPACE.lastIndex = position;
  return SPACE.test(source) ? SPACE.lastIndex : position;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '\n': '',
};

/** Escapes of Python's string literals, without names of characters; what is no escape stays. */
function readEscapes(text: string, fail: (problem: string) => never): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, two?: string, four?: string, eight?: string, octal?: string, other: string = '') => {
      const hex = two ?? four ?? eight;
      const code =
        hex === undefined ? (octal === undefined ? -1 : Number.parseInt(octal, 8)) : Number.parseInt(hex, 16);
      if (code > 0x10ffff || (code < 0 && 'xuUN'.includes(other))) fail(`wrong escape ${whole} in a string`);
      if (code >= 0) return String.fromCodePoint(code);
      return ESCAPES[other] ?? ('\\\'"'.includes(other) ? other : whole);
    },
  );
}
