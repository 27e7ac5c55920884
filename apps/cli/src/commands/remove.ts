import type { CommandContext } from '../command-context.ts';
import { formatBytes } from '../format.ts';
import { openHub } from '../open-hub.ts';
import { writeJson, writeResult } from '../output.ts';

export interface RemoveFlags {
  json?: boolean;
}

/** `remove`: removes a model from the cache. Files that another revision needs are kept. */
export async function remove(reference: string, flags: RemoveFlags, context: CommandContext): Promise<void> {
  const hub = await openHub(context);
  const removed = await hub.remove(reference, { signal: context.interruption.signal });
  if (flags.json) return await writeJson(context, removed);
  const count = `${removed.files.length} ${removed.files.length === 1 ? 'file' : 'files'}`;
  await writeResult(context, `removed ${count}, ${formatBytes(removed.freedBytes)} are free again\n`);
}
