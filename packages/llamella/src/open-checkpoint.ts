import { realpath } from 'node:fs/promises';
import type { ByteSource } from '@llamella/spec';
import { type GgufCheckpoint, openGguf, readSplitCount, splitFileNames } from '@llamella/weights';
import { fileSource } from './file-source.ts';
import type { ResolveOptions } from './local-path.ts';
import { resolveReference, SPLIT } from './resolve-reference.ts';

export interface OpenedCheckpoint {
  readonly checkpoint: GgufCheckpoint;
  /** Paths of its files, in order. */
  readonly files: readonly string[];
}

/** Opens the model that a reference means, with all its splits, whichever of them it is. Disposing the checkpoint closes the files. */
export async function openCheckpoint(
  reference: string | undefined,
  resolveOptions: ResolveOptions = {},
): Promise<OpenedCheckpoint> {
  const { signal } = resolveOptions;
  const path = await resolveReference(reference, resolveOptions);
  const sources: ByteSource[] = [];
  try {
    const given = await fileSource(path);
    sources.push(given);
    const options = signal === undefined ? {} : { signal };
    const count = await readSplitCount(given, options);
    const name = count > 1 ? await splitName(path) : path;
    const files = splitFileNames(name, count);
    const ordered: ByteSource[] = [];
    for (const file of files) {
      const source = file === name ? given : await fileSource(file);
      if (source !== given) sources.push(source);
      ordered.push(source);
    }
    return { checkpoint: await openGguf(ordered, options), files };
  } catch (error) {
    await Promise.allSettled(sources.map((source) => source.close?.()));
    throw error;
  }
}

/** A link to a split may have any name: the others lie beside the file that it leads to. */
async function splitName(path: string): Promise<string> {
  return SPLIT.test(path) ? path : await realpath(path);
}
