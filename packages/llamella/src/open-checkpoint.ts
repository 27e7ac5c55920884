import type { ByteSource } from '@llamella/spec';
import { type GgufCheckpoint, openGguf, readSplitCount, splitFileNames } from '@llamella/weights';
import { fileSource } from './file-source.ts';
import { resolveReference } from './resolve-reference.ts';

export interface OpenedCheckpoint {
  readonly checkpoint: GgufCheckpoint;
  /** Paths of its files, in order. */
  readonly files: readonly string[];
}

/** Opens the model that a reference means, with all its splits. Disposing the checkpoint closes the files. */
export async function openCheckpoint(
  reference: string | undefined,
  signal?: AbortSignal,
): Promise<OpenedCheckpoint> {
  const path = await resolveReference(reference);
  const sources: ByteSource[] = [];
  try {
    sources.push(await fileSource(path));
    const options = signal === undefined ? {} : { signal };
    const files = splitFileNames(path, await readSplitCount(sources[0]!, options));
    for (const file of files.slice(1)) sources.push(await fileSource(file));
    return { checkpoint: await openGguf(sources, options), files };
  } catch (error) {
    await Promise.allSettled(sources.map((source) => source.close?.()));
    throw error;
  }
}
