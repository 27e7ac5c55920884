import { UnsupportedError } from '@llamella/spec';

/** Whether a name matches a pattern of the shell in which `*` stands for any characters and `?` for one. Linear in the name but for its stars. */
export function matchesWildcard(name: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (place < pattern.length && pattern[place] === '*') {
      star = place++;
      resume = at;
    } else if (place < pattern.length && (pattern[place] === '?' || pattern[place] === name[at])) {
      place++;
      at++;
    } else if (star !== -1) {
      place = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}

/**
 * A regular expression of a configuration that matches from the start of a name, as Python's `re.match`. Those that could
 * take long are refused: what repeats may not itself contain repetitions or alternatives, and there may be five of them.
 *
 * @throws {UnsupportedError} for these, and for what JavaScript does not know
 */
export function namePattern(source: string, file: string): RegExp {
  const shown = source.length > 80 ? `${source.slice(0, 80)}…` : source;
  const refuse = (cause?: unknown) =>
    new UnsupportedError(
      `${file}: the pattern ${shown}`,
      'name the layers one by one, or with simpler patterns',
      { cause },
    );
  if (source.length > 2000 || !isTame(source)) throw refuse();
  try {
    return new RegExp(`^(?:${source})`, 'u');
  } catch (error) {
    throw refuse(error);
  }
}

function isTame(source: string): boolean {
  const open: boolean[] = [];
  let repeats = 0;
  let busy = false;
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]!;
    if (sign === '\\') at++;
    else if (sign === '[') {
      for (at++; at < source.length && source[at] !== ']'; at++) if (source[at] === '\\') at++;
    } else if (sign === '(') {
      open.push(busy);
      busy = false;
    } else if (sign === '|') busy = true;
    else if (sign === '*' || sign === '+' || sign === '{') {
      repeats++;
      busy = true;
    } else if (sign === ')') {
      const next = source[at + 1];
      if (busy && (next === '*' || next === '+' || next === '{')) return false;
      busy = (open.pop() ?? false) || busy;
    }
  }
  return repeats <= 5;
}
