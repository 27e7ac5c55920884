import { type CodePoints, contains, intersect, negate } from './code-points.ts';

/** What a JSON string holds as it is: everything but controls, the quote and the backslash. */
export const plainPoints: CodePoints = negate([0, 0x1f, 0x22, 0x22, 0x5c, 0x5c]);

const known = new WeakMap<CodePoints, boolean>();

/** Whether a set holds all plain characters. */
export function isPlainAllowed(points: CodePoints): boolean {
  let result = known.get(points);
  if (result === undefined) {
    result = intersect(points, plainPoints).join() === plainPoints.join();
    known.set(points, result);
  }
  return result;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether bytes are whole plain characters, at most `most` of them. */
export function isPlain(bytes: Uint8Array, most: number): boolean {
  if (bytes.length > most * 4) return false;
  try {
    const characters = Array.from(decoder.decode(bytes));
    return (
      characters.length <= most &&
      characters.every((character) => contains(plainPoints, character.codePointAt(0)!))
    );
  } catch {
    return false;
  }
}
