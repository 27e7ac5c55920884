/** A set of Unicode scalar values: pairs of first and last, ascending, neither touching nor overlapping. */
export type CodePoints = readonly number[];

const lastCodePoint = 0x10ffff;
const surrogates: CodePoints = [0xd800, 0xdfff];

/** Puts ranges in order and joins those that touch. */
export function normalize(ranges: CodePoints): CodePoints {
  const pairs: [number, number][] = [];
  for (let at = 0; at < ranges.length; at += 2) pairs.push([ranges[at]!, ranges[at + 1]!]);
  pairs.sort((left, right) => left[0] - right[0]);
  const result: number[] = [];
  for (const [first, last] of pairs) {
    const end = result.length - 1;
    if (end > 0 && first <= result[end]! + 1) result[end] = Math.max(result[end]!, last);
    else result.push(first, last);
  }
  return result;
}

function complement(points: CodePoints): CodePoints {
  const result: number[] = [];
  let next = 0;
  for (let at = 0; at < points.length; at += 2) {
    if (points[at]! > next) result.push(next, points[at]! - 1);
    next = points[at + 1]! + 1;
  }
  if (next <= lastCodePoint) result.push(next, lastCodePoint);
  return result;
}

/** Every scalar value that is not in `points`. Surrogates are not scalar values. */
export const negate = (points: CodePoints): CodePoints => complement(normalize([...points, ...surrogates]));

export const allCodePoints: CodePoints = negate([]);

export const intersect = (left: CodePoints, right: CodePoints): CodePoints =>
  negate([...negate(left), ...negate(right)]);

export const codePointsOf = (characters: string): CodePoints =>
  normalize(
    Array.from(characters, (character) => [character.codePointAt(0)!, character.codePointAt(0)!]).flat(),
  );

export const contains = (points: CodePoints, value: number): boolean => {
  for (let at = 0; at < points.length; at += 2)
    if (value >= points[at]! && value <= points[at + 1]!) return true;
  return false;
};
