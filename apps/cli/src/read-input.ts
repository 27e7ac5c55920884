import { InvalidFileError } from '@llamella/spec';
import type { CommandContext } from './command-context.ts';
import { findInvalidUtf8 } from './decode-utf8.ts';

const mebibyte = 1024 * 1024;
const mostBytes = 256 * mebibyte;

/**
 * Reads stdin to its end, as UTF-8, unchanged (a byte order mark stays too).
 *
 * @throws {InvalidFileError} naming the byte offset when it is not UTF-8, or when it is larger than 256 MiB
 * @throws the interruption's reason when interrupted
 */
export async function readInput(context: CommandContext): Promise<string> {
  const { signal } = context.interruption;
  signal.throwIfAborted();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const iterator = context.stdin[Symbol.asyncIterator]();
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted]);
      if (done) break;
      const chunk = typeof value === 'string' ? Buffer.from(value) : value;
      size += chunk.length;
      if (size > mostBytes)
        throw new InvalidFileError({ file: 'stdin' }, `more than ${mostBytes / mebibyte} MiB`);
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  const bytes = Buffer.concat(chunks);
  const offset = findInvalidUtf8(bytes);
  if (offset >= 0) throw new InvalidFileError({ file: 'stdin', offset }, 'not valid UTF-8 text');
  return bytes.toString('utf8');
}

/** Drops one line break at the end, the one that `echo` and editors add. */
export function withoutFinalLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
