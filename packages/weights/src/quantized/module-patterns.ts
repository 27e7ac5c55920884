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

/** Steps that all patterns together may take for one name. */
const mostSteps = 4e6;
/** Length that steps are counted for; names of layers are shorter. */
const nameLength = 40;

/**
 * Regular expressions of a configuration, which match from the start of a name as Python's `re.match` does. Those that could
 * take long are refused: what repeats may not itself contain repetitions or alternatives, and few may follow each other.
 *
 * @throws {UnsupportedError} for these, and for what JavaScript does not know
 */
export function namePatterns(sources: readonly string[], file: string): readonly RegExp[] {
  let steps = 0;
  return sources.map((source) => {
    const shown = source.length > 80 ? `${source.slice(0, 80)}…` : source;
    const refuse = (cause?: unknown) =>
      new UnsupportedError(
        `${file}: the pattern ${shown}`,
        'name the layers one by one, or with simpler patterns',
        {
          cause,
        },
      );
    steps += countSteps(source);
    if (!(steps <= mostSteps)) throw refuse();
    try {
      return new RegExp(`^(?:${source})`, 'u');
    } catch (error) {
      throw refuse(error);
    }
  });
}

/** A bound of the ways in which a backtracking matcher can go through a pattern: repetitions share out the name. */
function countSteps(source: string): number {
  const groups: { alternatives: number; repeats: boolean }[] = [{ alternatives: 1, repeats: false }];
  let steps = 1;
  let repetitions = 0;
  let before = '';
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]!;
    const isLazy = '(*+}?'.includes(before || '(');
    before = sign;
    const group = groups.at(-1)!;
    if (sign === '\\') at++;
    else if (sign === '[') {
      for (at++; at < source.length && source[at] !== ']'; at++) if (source[at] === '\\') at++;
    } else if (sign === '(') groups.push({ alternatives: 1, repeats: false });
    else if (sign === '|') group.alternatives++;
    else if (sign === '*' || sign === '+' || sign === '{') {
      steps *= nameLength / ++repetitions;
      group.repeats = true;
    } else if (sign === '?' && !isLazy) {
      steps *= 2;
      group.repeats = true;
    } else if (sign === ')' && groups.length > 1) {
      groups.pop();
      const next = source[at + 1];
      const isRepeated = next === '*' || next === '+' || next === '{';
      if (isRepeated && (group.repeats || group.alternatives > 1)) return Number.POSITIVE_INFINITY;
      steps *= group.alternatives;
      groups.at(-1)!.repeats ||= group.repeats || group.alternatives > 1;
    }
  }
  return steps * groups[0]!.alternatives;
}
