import { classAt, endOfRun, letter, mark, newline, number, other, space } from './character-class.ts';
import { afterCharacter, endOfLines, endOfSpace, isNewline, type Scanner } from './scan.ts';

/** Characters that are neither letter nor mark nor number nor space. */
const rest = other - mark;

/** Unicode categories P and S, a part of `rest`; a bit beside those of `CharacterClass`. */
export const symbol = 256;

/** How `wordScanner` cuts, in the order in which it tries. Sets are bits of `CharacterClass`, and `symbol`. */
export interface WordRules {
  /** Runs of Han characters are pieces, and end words. */
  readonly han?: boolean;
  /** `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d`, in capitals too, are pieces of their own or ends of words. */
  readonly contraction?: 'apart' | 'joined';
  /** A character of ASCII punctuation takes in the ASCII letters after it. */
  readonly commands?: boolean;
  /** Characters of words; letters without it. */
  readonly word?: number;
  /**
   * `cased`: a word ends where an ASCII capital follows an ASCII lower-case letter, others counting as either;
   * `phrases`: words and their marks go on over single spaces.
   */
  readonly words?: 'cased' | 'phrases';
  /** One of these may start a word; all but letters, numbers and line ends without it. */
  readonly lead?: number;
  /** Longest piece of numbers; they are left over without it. */
  readonly numbers?: number;
  /** Characters of the other pieces, which a space may start; all but letters, numbers and spaces without it. */
  readonly other?: number;
  /** Characters that may end the other pieces; line ends without it. */
  readonly tail?: string;
  /** How many of them; any number without it. */
  readonly tailLimit?: number;
  /** Each line end is a piece; without it, white space up to the last line end is. */
  readonly singleLines?: boolean;
}

/**
 * Cuts words, numbers, other characters and white space apart, in linear time. Runs that no rule matches stay whole.
 *
 * Source: what the patterns in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp have in common
 */
export function wordScanner(rules: WordRules): Scanner {
  return isolate((text, start, end) => endOfMatch(rules, text, start, end));
}

/**
 * Cuts off runs of characters that match `single`, with a space before them that matches `lead`. What lies between
 * stays whole.
 *
 * @param single for one character
 */
export function runScanner(single: RegExp, lead?: RegExp): Scanner {
  const isInRun = (code: number) => single.test(String.fromCodePoint(code));
  return isolate((text, start, end) => {
    const from = lead?.test(text[start]!) ? start + 1 : start;
    const stop = endWhile(text, from, end, isInRun);
    return stop > from ? stop : start;
  });
}

/** @param match gives the end of a match at `start`, or `start` */
function isolate(match: Scanner): Scanner {
  return (text, start, end) => {
    let stop = match(text, start, end);
    if (stop > start) return stop;
    do stop = afterCharacter(text, stop);
    while (stop < end && match(text, stop, end) === stop);
    return stop;
  };
}

/** @returns `start` when no rule matches there. */
function endOfMatch(rules: WordRules, text: string, start: number, end: number): number {
  const { contraction, word = letter, numbers = 0, tail = '\r\n', tailLimit = end } = rules;
  const { lead = space - newline + other + symbol, other: others = other + symbol } = rules;
  const unit = text.charCodeAt(start);
  let stop = start;
  if (rules.han) stop = endWhile(text, start, end, isHan);
  if (contraction === 'apart') stop = afterContraction(text, start, end);
  const after = afterCharacter(text, start);
  if (rules.commands && unit < 127 && isIn(symbol, text, start, end)) {
    const letters = endWhile(text, after, end, isAsciiLetter);
    if (letters > after) stop = letters;
  }
  if (stop > start) return stop;
  const from = !isIn(word, text, start, end) && isIn(lead, text, start, end) ? after : start;
  stop = endOfWord(rules, word, text, from, end);
  if (stop > from) return contraction === 'joined' ? afterContraction(text, stop, end) : stop;
  stop = start;
  for (let left = numbers; left > 0 && classAt(text, stop, end) === number; left--)
    stop = afterCharacter(text, stop);
  if (stop > start) return stop;
  const symbols = unit === 32 ? after : start;
  stop = endOf(others, text, symbols, end);
  if (stop > symbols) {
    for (let left = tailLimit; left > 0 && stop < end && tail.includes(text[stop]!); left--) stop++;
    return stop;
  }
  if (!rules.singleLines) return endOfLines(text, start, end);
  return isNewline(unit) ? after : endOfSpace(text, start, end);
}

function endOfWord(rules: WordRules, word: number, text: string, start: number, end: number): number {
  if (rules.words === 'cased') return endOfCased(word, text, start, end);
  if (rules.han) return endWhile(text, start, end, (code, i) => !isHan(code) && isIn(word, text, i, end));
  let stop = endOf(word, text, start, end);
  if (rules.words === 'phrases' && stop > start) {
    for (;;) {
      stop = endOf(word + mark, text, stop, end);
      if (text.charCodeAt(stop) !== 32 || !isIn(word, text, stop + 1, end)) break;
      stop++;
    }
  }
  return stop;
}

/** No lower-case letters, then no capitals, at least one; failing that, capitals. Only ASCII has either. */
function endOfCased(word: number, text: string, start: number, end: number): number {
  let either = start;
  const capitals = endWhile(text, start, end, (code, i) => {
    if ((code >= 97 && code <= 122) || !isIn(word, text, i, end)) return false;
    if (code > 127) either = afterCharacter(text, i);
    return true;
  });
  const small = endWhile(
    text,
    capitals,
    end,
    (code, i) => (code < 65 || code > 90) && isIn(word, text, i, end),
  );
  return small > capitals || either === start ? small : either;
}

/** @returns the end of an English contraction such as `'ll` at `start`, or `start`. */
function afterContraction(text: string, start: number, end: number): number {
  if (start >= end || text.charCodeAt(start) !== 39) return start;
  const [match = ''] = /^'([sdmt]|ll|ve|re)/i.exec(text.slice(start, Math.min(start + 3, end))) ?? [];
  return start + match.length;
}

/** @returns the end of a run of characters of a set. */
function endOf(set: number, text: string, start: number, end: number): number {
  return isMixed(set)
    ? endWhile(text, start, end, (_, i) => isIn(set, text, i, end))
    : endOfRun(text, start, end, set);
}

function endWhile(
  text: string,
  start: number,
  end: number,
  test: (code: number, index: number) => boolean,
): number {
  let i = start;
  while (i < end && test(text.codePointAt(i)!, i)) i = afterCharacter(text, i);
  return i;
}

function isIn(set: number, text: string, i: number, end: number): boolean {
  const found = classAt(text, i, end);
  if (found !== rest || !isMixed(set)) return (found & set) !== 0;
  const isSymbol = /[\p{P}\p{S}]/u.test(String.fromCodePoint(text.codePointAt(i)!));
  return (set & (isSymbol ? symbol : rest)) !== 0;
}

/** Whether a set has a part of `rest`. */
function isMixed(set: number): boolean {
  return !(set & rest) !== !(set & symbol);
}

function isAsciiLetter(code: number): boolean {
  return (code | 32) >= 97 && (code | 32) <= 122;
}

/** The ranges that llama.cpp takes for Han; the script has others. */
function isHan(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x20000 && code <= 0x2a6df) ||
    (code >= 0x2a700 && code <= 0x2ebef) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x2f800 && code <= 0x2fa1f)
  );
}
