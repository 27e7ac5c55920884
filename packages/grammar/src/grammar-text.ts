import { InvalidArgumentError } from '@llamella/spec';
import { allCodePoints, negate, normalize } from './code-points.ts';
import {
  chars,
  choice,
  type Node,
  nothing,
  type Rule,
  reference,
  repeat,
  sequence,
  text,
} from './grammar-node.ts';

const mostRepetitions = 1_000_000;
const mostNesting = 500;
const name = /[A-Za-z0-9_.-]+/y;
const controls: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13, b: 8, a: 7, e: 27, '0': 0 };

interface NamedRule extends Rule {
  defined: boolean;
  readonly firstUse: number;
}

/**
 * Reads a grammar as text.
 *
 * `gbnf` is the notation of llama.cpp: a rule ends with its line unless a group is open or a `|` stands at the end.
 * `ebnf` is that of XGrammar, where a rule ends where the next one begins.
 *
 * @param tokens size of the vocabulary
 * @throws {InvalidArgumentError} naming line and column
 */
export function parseGrammar(
  source: string,
  syntax: 'gbnf' | 'ebnf',
  rootName: string,
  tokens: number,
): Node {
  return new GrammarParser(source, syntax, tokens).parse(rootName);
}

class GrammarParser {
  readonly #source: string;
  readonly #lines: boolean;
  readonly #tokens: number;
  readonly #rules = new Map<string, NamedRule>();
  #at = 0;
  #depth = 0;

  constructor(source: string, syntax: 'gbnf' | 'ebnf', tokens: number) {
    this.#tokens = tokens;
    this.#source = source;
    this.#lines = syntax === 'gbnf';
  }

  parse(rootName: string): Node {
    this.#skip(true);
    while (this.#at < this.#source.length) this.#rule();
    for (const rule of this.#rules.values())
      if (!rule.defined) throw this.#fault(`the rule "${rule.name}" is used but not defined`, rule.firstUse);
    const root = this.#rules.get(rootName);
    if (root === undefined) throw this.#fault(`there is no rule "${rootName}"`, 0);
    return reference(root);
  }

  #fault(problem: string, at = this.#at): InvalidArgumentError {
    const before = this.#source.slice(0, at).split('\n');
    return new InvalidArgumentError(
      'grammar',
      `${problem} (line ${before.length}, column ${Array.from(before.at(-1)!).length + 1})`,
    );
  }

  /** Passes over blanks and comments, and line ends where they mean nothing. */
  #skip(lineEnds: boolean): void {
    const blank = lineEnds || !this.#lines ? /(?:[ \t\r\n]|#[^\n]*)*/y : /(?:[ \t]|#[^\r\n]*)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#source)![0].length;
  }

  #eat(value: string): boolean {
    const found = this.#source.startsWith(value, this.#at);
    if (found) this.#at += value.length;
    return found;
  }

  #name(): string | undefined {
    name.lastIndex = this.#at;
    const found = name.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #named(ruleName: string, at: number): NamedRule {
    let rule = this.#rules.get(ruleName);
    if (rule === undefined)
      this.#rules.set(ruleName, (rule = { name: ruleName, body: nothing, defined: false, firstUse: at }));
    return rule;
  }

  #rule(): void {
    const begin = this.#at;
    const ruleName = this.#name();
    if (ruleName === undefined) throw this.#fault('a rule begins with its name');
    this.#skip(false);
    if (!this.#eat('::=')) throw this.#fault(`"::=" has to follow the rule name "${ruleName}"`);
    const rule = this.#named(ruleName, begin);
    if (rule.defined) throw this.#fault(`the rule "${ruleName}" is defined twice`, begin);
    rule.defined = true;
    this.#skip(true);
    rule.body = this.#alternatives(false);
    if (this.#at < this.#source.length && this.#lines && !/[\r\n]/.test(this.#source[this.#at]!))
      throw this.#fault(`${JSON.stringify(this.#source[this.#at])} cannot stand here`);
    this.#skip(true);
  }

  #alternatives(nested: boolean): Node {
    const items = [this.#sequence(nested)];
    while (this.#eat('|')) {
      this.#skip(true);
      items.push(this.#sequence(nested));
    }
    return choice(items);
  }

  #sequence(nested: boolean): Node {
    const items: Node[] = [];
    for (;;) {
      const begin = this.#at;
      const item = this.#item(nested);
      if (item === undefined) break;
      this.#skip(nested);
      items.push(this.#repeated(item, nested, begin));
    }
    return sequence(...items);
  }

  #item(nested: boolean): Node | undefined {
    const begin = this.#at;
    const next = this.#source[begin];
    if (next === '"') return this.#literal();
    if (next === '[') return this.#class();
    if (this.#eat('.')) return chars(allCodePoints);
    if (next === '<' || this.#source.startsWith('!<', begin)) return this.#token();
    if (this.#eat('(')) {
      if (++this.#depth > mostNesting) throw this.#fault(`groups more than ${mostNesting} deep`, begin);
      this.#skip(true);
      if (this.#source[this.#at] === '=' && !this.#lines)
        throw this.#fault('lookahead (=…) is not supported', begin);
      const inner = this.#alternatives(true);
      if (!this.#eat(')')) throw this.#fault('a group without its ")"', begin);
      this.#depth--;
      return inner;
    }
    const ruleName = this.#name();
    if (ruleName === undefined) return undefined;
    if (
      !this.#lines &&
      !nested &&
      /^(?:[ \t\r\n]|#[^\n]*)*::=/.test(this.#source.slice(this.#at, this.#at + 2000))
    ) {
      this.#at = begin;
      return undefined;
    }
    return reference(this.#named(ruleName, begin));
  }

  #repeated(item: Node, nested: boolean, begin: number): Node {
    let result = item;
    for (;;) {
      let range: [number, number] | undefined;
      if (this.#eat('*')) range = [0, Number.POSITIVE_INFINITY];
      else if (this.#eat('+')) range = [1, Number.POSITIVE_INFINITY];
      else if (this.#eat('?')) range = [0, 1];
      else if (this.#source[this.#at] === '{') range = this.#counts();
      if (range === undefined) return result;
      if (range[0] > mostRepetitions || (range[1] > mostRepetitions && range[1] !== Number.POSITIVE_INFINITY))
        throw this.#fault(`more than ${mostRepetitions} repetitions`, begin);
      result = repeat(result, range[0], range[1]);
      this.#skip(nested);
    }
  }

  #counts(): [number, number] {
    const counts = /\{\s*(\d*)\s*(,?)\s*(\d*)\s*\}/y;
    counts.lastIndex = this.#at;
    const found = counts.exec(this.#source);
    if (found === null || (found[1] === '' && found[3] === ''))
      throw this.#fault('a repetition has to be {m}, {m,}, {m,n} or {,n}');
    const min = Number(found[1]);
    const max = found[2] === '' ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (max < min) throw this.#fault('a repetition whose numbers are out of order');
    this.#at += found[0].length;
    return [min, max];
  }

  #literal(): Node {
    const begin = this.#at++;
    let value = '';
    while (!this.#eat('"'))
      value += String.fromCodePoint(this.#character(begin, 'a text without its closing quote'));
    return text(value);
  }

  #class(): Node {
    const begin = this.#at++;
    const negated = this.#eat('^');
    const ranges: number[] = [];
    const unclosed = 'a character class without its "]"';
    while (!this.#eat(']')) {
      const from = this.#character(begin, unclosed);
      let to = from;
      if (this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at++;
        to = this.#character(begin, unclosed);
      }
      if (to < from) throw this.#fault('a range whose ends are out of order', begin);
      ranges.push(from, to);
    }
    const points = normalize(ranges);
    return chars(negated ? negate(points) : points);
  }

  #character(begin: number, unclosed: string): number {
    const point = this.#source.codePointAt(this.#at);
    if (point === undefined) throw this.#fault(unclosed, begin);
    if (point !== 0x5c) {
      this.#at += point > 0xffff ? 2 : 1;
      return point;
    }
    const start = this.#at++;
    const kind = this.#source[this.#at++];
    const digits = kind === 'x' ? 2 : kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
    if (digits > 0) {
      const hex = this.#source.slice(this.#at, this.#at + digits);
      const value = Number.parseInt(hex, 16);
      if (
        !/^[\da-fA-F]+$/.test(hex) ||
        hex.length !== digits ||
        value > 0x10ffff ||
        (value & 0x1ff800) === 0xd800
      )
        throw this.#fault(`\\${kind} needs ${digits} hexadecimal digits of a Unicode character`, start);
      this.#at += digits;
      return value;
    }
    if (kind !== undefined && kind in controls) return controls[kind]!;
    if (kind === undefined || /[A-Za-z0-9]/.test(kind))
      throw this.#fault(`unknown escape \\${kind ?? ''}`, start);
    this.#at--;
    const escaped = this.#source.codePointAt(this.#at)!;
    this.#at += escaped > 0xffff ? 2 : 1;
    return escaped;
  }

  /** `<[id]>`: the token with this id; `!<[id]>`: any other one. */
  #token(): Node {
    const begin = this.#at;
    const negated = this.#eat('!');
    const found = /<\[(\d{1,9})\]>/y;
    found.lastIndex = this.#at;
    const match = found.exec(this.#source);
    if (match === null) throw this.#fault('a token is written <[id]> with its number', begin);
    if (Number(match[1]) >= this.#tokens) throw this.#fault(`the vocabulary has no token ${match[1]}`, begin);
    this.#at += match[0].length;
    return { kind: 'tokens', ids: [Number(match[1])], negated };
  }
}
