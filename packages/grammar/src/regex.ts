import { allCodePoints, type CodePoints, codePointsOf, negate, normalize } from './code-points.ts';
import { chars, choice, type Node, repeat, sequence } from './grammar-node.ts';
import { RegexFault } from './regex-error.ts';

const digits: CodePoints = [0x30, 0x39];
const word: CodePoints = normalize([0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]);
const space = codePointsOf(
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
);
const lineEnds = codePointsOf('\n\r\u2028\u2029');
const controls: Record<string, string> = { t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', 0: '\0' };
const mostNesting = 200;
const mostRepetitions = 1_000_000;

/**
 * Reads an ECMA-262 regular expression as one over code points (flag `u`). Groups do not capture; lazy quantifiers
 * match the same texts as greedy ones. `i` ignores case, `s` lets a dot match line ends.
 *
 * @throws {RegexFault} for a damaged expression, and for lookaround, backreferences and word boundaries
 */
export function parseRegex(pattern: string, flags = ''): Node {
  for (const flag of flags)
    if (!'isu'.includes(flag)) throw new RegexFault(`the flag "${flag}" is not one of i, s, u`, 0, true);
  return new RegexParser(pattern, flags).parse();
}

class RegexParser {
  readonly #pattern: readonly string[];
  readonly #ignoreCase: boolean;
  readonly #dotAll: boolean;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, flags: string) {
    this.#pattern = Array.from(pattern);
    this.#ignoreCase = flags.includes('i');
    this.#dotAll = flags.includes('s');
  }

  parse(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#pattern.length) throw this.#fault('unmatched )');
    return node;
  }

  #fault(problem: string, at = this.#at): RegexFault {
    return new RegexFault(problem, at);
  }

  #eat(value: string): boolean {
    const found = this.#pattern.slice(this.#at, this.#at + value.length).join('') === value;
    if (found) this.#at += value.length;
    return found;
  }

  #alternatives(): Node {
    if (++this.#depth > mostNesting) throw this.#fault(`groups more than ${mostNesting} deep`);
    const items = [this.#sequence()];
    while (this.#eat('|')) items.push(this.#sequence());
    this.#depth--;
    return choice(items);
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (let next = this.#pattern[this.#at]; next !== undefined && next !== '|' && next !== ')'; ) {
      items.push(this.#quantified());
      next = this.#pattern[this.#at];
    }
    return sequence(...items);
  }

  #quantified(): Node {
    const begin = this.#at;
    const atom = this.#atom();
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(
      this.#pattern.slice(this.#at, this.#at + 40).join(''),
    );
    if (quantifier === null) return atom;
    if (atom.kind === 'assert') throw this.#fault('nothing to repeat');
    this.#at += quantifier[0].length;
    this.#eat('?');
    const [sign, least, comma, most] = quantifier;
    const min = sign === '+' ? 1 : Number(least ?? 0);
    const max =
      sign === '?'
        ? 1
        : least === undefined || (comma && !most)
          ? Number.POSITIVE_INFINITY
          : Number(most || least);
    if (max < min) throw this.#fault('a repetition whose numbers are out of order', begin);
    if (min > mostRepetitions || (max > mostRepetitions && max !== Number.POSITIVE_INFINITY))
      throw new RegexFault(`more than ${mostRepetitions} repetitions`, begin, true);
    if (/^(?:[*+?]|\{\d)/.test(this.#pattern.slice(this.#at, this.#at + 2).join('')))
      throw this.#fault('nothing to repeat');
    return repeat(atom, min, max);
  }

  #atom(): Node {
    const begin = this.#at;
    const next = this.#pattern[this.#at++]!;
    if (next === '^') return { kind: 'assert', at: 'start' };
    if (next === '$') return { kind: 'assert', at: 'end' };
    if (next === '.') return chars(this.#dotAll ? allCodePoints : negate(lineEnds));
    if (next === '[') return chars(this.#class());
    if (next === '(') return this.#group(begin);
    if (next === '\\') return this.#escapedAtom(begin);
    if ('*+?{'.includes(next)) throw this.#fault('nothing to repeat', begin);
    if (next === ']' || next === '}')
      throw this.#fault(`${next} without its opening; write \\${next}`, begin);
    return this.#literal(next.codePointAt(0)!);
  }

  #literal(point: number): Node {
    return chars(this.#fold([point, point]));
  }

  #group(begin: number): Node {
    if (this.#eat('?')) {
      for (const look of ['=', '!', '<=', '<!'])
        if (this.#eat(look))
          throw new RegexFault(`${look.includes('<') ? 'lookbehind' : 'lookahead'} (?${look}…)`, begin, true);
      if (this.#eat('<')) {
        while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== '>') this.#at++;
        this.#at++;
      } else if (!this.#eat(':')) throw new RegexFault('an inline modifier (?…)', begin, true);
    }
    const inner = this.#alternatives();
    if (!this.#eat(')')) throw this.#fault('a group without its )', begin);
    return inner;
  }

  #escapedAtom(begin: number): Node {
    const next = this.#pattern[this.#at];
    if (next === 'b' || next === 'B') throw new RegexFault(`a word boundary \\${next}`, begin, true);
    if ((next !== undefined && /[1-9]/.test(next)) || next === 'k')
      throw new RegexFault(`a backreference \\${next}`, begin, true);
    return chars(this.#fold(this.#escape(begin)));
  }

  /** What follows a backslash, inside or outside of a class. */
  #escape(begin: number): CodePoints {
    const next = this.#pattern[this.#at++];
    if (next === undefined) throw this.#fault('\\ at the end', begin);
    const lower = next.toLowerCase();
    const set = lower === 'd' ? digits : lower === 'w' ? word : lower === 's' ? space : undefined;
    if (set !== undefined) return next === lower ? set : negate(set);
    if (lower === 'p') return this.#property(begin, next);
    const one = (point: number): CodePoints => [point, point];
    if (next in controls) return one(controls[next]!.codePointAt(0)!);
    if (next === 'x' || next === 'u') return one(this.#hex(begin, next));
    const letter = this.#pattern[this.#at];
    if (next === 'c' && letter !== undefined && /[A-Za-z]/.test(letter)) {
      this.#at++;
      return one(letter.charCodeAt(0) & 31);
    }
    if (/[A-Za-z0-9]/.test(next)) throw this.#fault(`the unknown escape \\${next}`, begin);
    return one(next.codePointAt(0)!);
  }

  #hex(begin: number, kind: string): number {
    const rest = this.#pattern.slice(this.#at, this.#at + 12).join('');
    const found =
      kind === 'x'
        ? /^([\da-f]{2})/i.exec(rest)
        : (/^\{([\da-f]{1,8})\}/i.exec(rest) ??
          /^(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/i.exec(rest) ??
          /^([\da-f]{4})/i.exec(rest));
    if (found === null) throw this.#fault(`a damaged escape \\${kind}`, begin);
    this.#at += found[0].length;
    const high = Number.parseInt(found[1]!, 16);
    const point =
      found[2] === undefined
        ? high
        : String.fromCharCode(high, Number.parseInt(found[2], 16)).codePointAt(0)!;
    if (point > 0x10ffff) throw this.#fault('a code point above 10FFFF', begin);
    return point;
  }

  #property(begin: number, kind: string): CodePoints {
    const name = /^\{[\w=]+\}/.exec(this.#pattern.slice(this.#at, this.#at + 80).join(''))?.[0];
    if (name === undefined) throw this.#fault(`a damaged escape \\${kind}`, begin);
    this.#at += name.length;
    const source = `\\p${name}`;
    let points = properties.get(source);
    if (points === undefined) {
      let test: RegExp;
      try {
        test = new RegExp(`^${source}$`, 'u');
      } catch {
        throw this.#fault(`the unknown property ${source}`, begin);
      }
      properties.set(source, (points = matching(test)));
    }
    return kind === 'p' ? points : negate(points);
  }

  #class(): CodePoints {
    const begin = this.#at - 1;
    const negated = this.#eat('^');
    const ranges: number[] = [];
    while (!this.#eat(']')) {
      const from = this.#classItem(begin);
      const single = from.length === 2 && from[0] === from[1];
      if (this.#pattern[this.#at] === '-' && this.#pattern[this.#at + 1] !== ']') {
        this.#at++;
        const to = this.#classItem(begin);
        if (!single || to.length !== 2 || to[0] !== to[1]) {
          ranges.push(...from, 0x2d, 0x2d, ...to);
          continue;
        }
        if (to[0]! < from[0]!) throw this.#fault('a range of a class that is not of two characters in order');
        ranges.push(from[0]!, to[0]!);
      } else ranges.push(...from);
    }
    const points = this.#fold(normalize(ranges));
    return negated ? negate(points) : points;
  }

  #classItem(begin: number): CodePoints {
    const next = this.#pattern[this.#at++];
    if (next === undefined) throw this.#fault('a class without its ]', begin);
    if (next !== '\\') return [next.codePointAt(0)!, next.codePointAt(0)!];
    if (this.#pattern[this.#at] === 'b') {
      this.#at++;
      return [8, 8];
    }
    if (this.#pattern[this.#at] === '-') {
      this.#at++;
      return [0x2d, 0x2d];
    }
    return this.#escape(this.#at - 1);
  }

  /** With the flag `i`, every character that equals one of `points` without regard to case. */
  #fold(points: CodePoints): CodePoints {
    if (!this.#ignoreCase) return points;
    let ranges = '';
    for (let at = 0; at < points.length; at += 2)
      ranges += `\\u{${points[at]!.toString(16)}}-\\u{${points[at + 1]!.toString(16)}}`;
    const key = `i${ranges}`;
    let folded = properties.get(key);
    if (folded === undefined) properties.set(key, (folded = matching(new RegExp(`^[${ranges}]$`, 'iu'))));
    return folded;
  }
}

const properties = new Map<string, CodePoints>();

function matching(test: RegExp): CodePoints {
  const ranges: number[] = [];
  for (let at = 0; at < allCodePoints.length; at += 2)
    for (let point = allCodePoints[at]!; point <= allCodePoints[at + 1]!; point++)
      if (test.test(String.fromCodePoint(point))) ranges.push(point, point);
  return normalize(ranges);
}
