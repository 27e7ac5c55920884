import { InvalidArgumentError } from '@llamella/spec';

/**
 * Token ids separated by white space or commas, or the document that `tokenize --json` prints.
 *
 * @throws {InvalidArgumentError} naming the first entry that is not an id of the vocabulary
 */
export function parseTokenIds(text: string, vocabularySize: number): Uint32Array {
  const list = /^\s*\{\s*"ids"\s*:\s*\[([^\]]*)\]\s*\}\s*$/.exec(text)?.[1] ?? text;
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  return Uint32Array.from(entries, (entry, i) => {
    const id = /^\d+$/.test(entry) ? Number(entry) : Number.NaN;
    if (id < vocabularySize) return id;
    const shown = entry.length > 40 ? `${entry.slice(0, 40)}…` : entry;
    throw new InvalidArgumentError(
      'stdin',
      `entry ${i + 1} is "${shown}"; token ids from 0 to ${vocabularySize - 1} expected`,
    );
  });
}
