import { once } from 'node:events';
import type { CommandContext, OutputStream } from './command-context.ts';
import { toPrintable } from './printable.ts';

/** Writes text and waits while the reader is slow. @throws `signal.reason` when aborted while waiting */
export async function write(stream: OutputStream, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (text === '' || stream.write(text)) return;
  try {
    await once(stream as NodeJS.EventEmitter, 'drain', { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Writes a result to stdout; on a terminal without control characters. */
export async function writeResult(context: CommandContext, text: string): Promise<void> {
  const safe = context.stdout.isTTY ? toPrintable(text) : text;
  await write(context.stdout, safe, context.interruption.signal);
}

/** Writes one compact JSON document and a line feed to stdout. Typed arrays become arrays. */
export async function writeJson(context: CommandContext, value: unknown): Promise<void> {
  const text = JSON.stringify(value, (_key, field: unknown) =>
    ArrayBuffer.isView(field) && !(field instanceof DataView) ? Array.from(field as Uint32Array) : field,
  );
  await write(context.stdout, `${text}\n`, context.interruption.signal);
}

/** Writes a line for people to stderr. */
export function note(context: Pick<CommandContext, 'stderr'>, text: string): void {
  context.stderr.write(`${context.stderr.isTTY ? toPrintable(text) : text}\n`);
}
