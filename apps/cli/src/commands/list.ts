import type { CacheContents } from '@llamella/hub';
import type { CommandContext } from '../command-context.ts';
import { formatBytes } from '../format.ts';
import { openHub } from '../open-hub.ts';
import { note, writeJson, writeResult } from '../output.ts';
import { layoutWidth, renderTable } from '../table.ts';

export interface ListFlags {
  json?: boolean;
}

/** `list`: the models in the cache, whichever program put them there. */
export async function list(flags: ListFlags, context: CommandContext): Promise<void> {
  const hub = await openHub(context);
  const contents = await hub.list({ signal: context.interruption.signal });
  if (flags.json) return await writeJson(context, contents);
  if (contents.models.length === 0 && contents.partials.length === 0)
    return note(context, 'llamella: no model was downloaded yet; llamella pull hf:owner/repo downloads one');
  await writeResult(context, renderCache(contents, layoutWidth(context.stdout), Date.now()));
}

/** @param width columns to fit into; @param now milliseconds since 1970 */
export function renderCache({ models, partials, bytes }: CacheContents, width: number, now: number): string {
  const rows = models.map((model) => [
    formatBytes(model.bytes),
    model.quantization ?? model.format ?? '',
    model.isComplete ? describeAge(now - model.lastUsed) : 'incomplete',
    model.reference,
  ]);
  const unfinished = partials.map((partial) => [
    formatBytes(partial.bytes),
    '',
    'unfinished',
    partial.reference,
  ]);
  const table = renderTable(
    [{ title: 'Size', align: 'right' }, { title: 'Type' }, { title: 'Last used' }, { title: 'Model' }],
    [...rows, ...unfinished],
    width,
  );
  return `${table}\n${formatBytes(bytes)} in all\n`;
}

function describeAge(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours < 1) return 'just now';
  if (hours < 48) return `${Math.floor(hours)} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}
