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
  try {
    const text = decoder.decode(bytes);
    const problem = checkKeys(text);
    if (problem === undefined) return JSON.parse(text);
    const before = new TextEncoder().encode(text.slice(0, problem.at)).byteLength;
    throw new InvalidFileError({ file, offset: start + before }, problem.text);
  } catch (cause) {
    if (cause instanceof InvalidFileError) throw cause;
    throw new InvalidFileError({ file, offset: start }, 'this is not JSON', { cause });
  }
}

/** Finds a key that appears twice in its object, or too deep nesting, in text that need not be JSON. */
function checkKeys(text: string): { readonly at: number; readonly text: string } | undefined {
  /** Keys of the objects that are open; `undefined` stands for an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyFollows = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        if (keyFollows) {
          const quoted = text.slice(at, end);
          const key = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
          const keys = open.at(-1)!;
          if (keys.has(key)) return { at, text: `the key ${clip(key)} appears twice` };
          keys.add(key);
        }
        keyFollows = false;
        at = end - 1;
        break;
      }
      case '{':
      case '[':
        keyFollows = text[at] === '{';
        if (open.push(keyFollows ? new Set() : undefined) > maximumDepth) {
          return { at, text: `objects are nested more than ${maximumDepth} deep` };
        }
        break;
      case '}':
      case ']':
        open.pop();
        keyFollows = false;
        break;
      case ',':
        keyFollows = open.at(-1) !== undefined;
        break;
    }
  }
  return undefined;
}

/** @returns the place after the closing quote, or the end of the text */
function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** Whether a JSON value is an object and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
