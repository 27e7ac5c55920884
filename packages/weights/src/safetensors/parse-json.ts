import { InvalidFileError } from '@llamella/spec';
import { clip } from '../gguf/read-header.ts';
import { maximumDepth } from './safetensors-limits.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses JSON of an untrusted file. Objects that have a key twice are refused, of which `JSON.parse` would keep the last,
 * and so is nesting deeper than any header's.
 *
 * @param start where `bytes` start in the file, for errors
 * @throws {InvalidFileError} with the offset where there is one
 */
export function parseJson(bytes: Uint8Array, file: string, start: number): unknown {
  const invalid = (at: number, problem: string, cause?: unknown) =>
    new InvalidFileError({ file, offset: start + at }, problem, { cause });
  const read = (from: number, end: number): unknown => {
    try {
      return JSON.parse(decoder.decode(bytes.subarray(from, end)));
    } catch (cause) {
      throw invalid(from, 'this is not JSON', cause);
    }
  };

  /** Keys of the objects that are open; `undefined` stands for an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyFollows = false;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case 0x22: {
        const end = endOfString(bytes, at);
        if (keyFollows) {
          const key = read(at, end) as string;
          if (open.at(-1)!.has(key)) throw invalid(at, `the key ${clip(key)} appears twice`);
          open.at(-1)!.add(key);
        }
        keyFollows = false;
        at = end - 1;
        break;
      }
      case 0x7b: // {
      case 0x5b: // [
        keyFollows = bytes[at] === 0x7b;
        if (open.push(keyFollows ? new Set() : undefined) > maximumDepth) {
          throw invalid(at, `objects are nested more than ${maximumDepth} deep`);
        }
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        keyFollows = false;
        break;
      case 0x2c: // ,
        keyFollows = open.at(-1) !== undefined;
        break;
    }
  }
  return read(0, bytes.length);
}

/** @returns the place after the closing quote, or the end of `bytes` */
function endOfString(bytes: Uint8Array, quote: number): number {
  for (let at = quote + 1; at < bytes.length; at++) {
    if (bytes[at] === 0x5c) at++;
    else if (bytes[at] === 0x22) return at + 1;
  }
  return bytes.length;
}

/** Whether a JSON value is an object and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
