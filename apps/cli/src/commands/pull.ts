import type { CommandContext } from '../command-context.ts';
import { formatBytes, formatMilliseconds } from '../format.ts';
import { openHub } from '../open-hub.ts';
import { note, writeJson, writeResult } from '../output.ts';
import { createPullDisplay } from '../pull-display.ts';

export interface PullFlags {
  json?: boolean;
  connections?: number;
}

/** `pull`: downloads a model, or what is missing or new of it, and prints its path. */
export async function pull(reference: string, flags: PullFlags, context: CommandContext): Promise<void> {
  const { signal } = context.interruption;
  signal.throwIfAborted();
  const hub = await openHub(
    context,
    flags.connections === undefined ? {} : { connections: flags.connections },
  );
  using display = createPullDisplay(context);
  const started = performance.now();
  try {
    const model = await hub.pull(reference, { signal, onProgress: display.onProgress });
    display[Symbol.dispose]();
    const { reason, quantization, bytes, downloadedBytes, path } = model;
    if (reason !== undefined && quantization !== undefined)
      note(context, `llamella: ${quantization}: ${reason}`);
    const took = formatMilliseconds(performance.now() - started);
    const done =
      downloadedBytes === 0 ? 'nothing was missing' : `downloaded ${formatBytes(downloadedBytes)} in ${took}`;
    note(context, `llamella: ${done}; ${formatBytes(bytes)} in the cache`);
    if (flags.json) await writeJson(context, model);
    else await writeResult(context, `${path}\n`);
  } catch (error) {
    display[Symbol.dispose]();
    const { last } = display;
    if (last !== undefined && last.loaded < last.total) {
      const there = `${formatBytes(last.loaded)} of ${formatBytes(last.total)} are there`;
      note(context, `llamella: stopped; ${there}, and the same command goes on from here`);
    }
    throw error;
  }
}
