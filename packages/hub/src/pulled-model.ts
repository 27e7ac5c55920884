import type { CacheLayout } from './cache-layout.ts';
import type { ChosenFiles } from './choose-files.ts';
import type { ModelGroup } from './model-groups.ts';
import type { HubStorage } from './platform.ts';
import type { SizedFile } from './sized-file.ts';

/** A model whose files are in the cache. */
export interface PulledModel {
  /** What was asked for; of a URL without its query. */
  readonly reference: string;
  /** What to open: a file, for a split model its first, or a folder. */
  readonly path: string;
  /** All files of it, with their size in bytes. */
  readonly files: readonly SizedFile[];
  /** Of all files. */
  readonly bytes: number;
  /** Bytes that came over the network this time. */
  readonly downloadedBytes: number;
  /** Commit on the Hub; for a URL, made from what the server says about the version. */
  readonly revision: string;
  /** For GGUF, such as `Q4_K_M`. */
  readonly quantization?: string;
  /** Absent for files that are no model. */
  readonly format?: ModelGroup['format'];
  /** Why this quantization, when the reference named none. */
  readonly reason?: string;
}

/** Says where the files of a snapshot are. */
export function describePulled(
  reference: string,
  { files, main, group, reason }: ChosenFiles,
  { storage, layout, commit }: { storage: HubStorage; layout: CacheLayout; commit: string },
  downloadedBytes: number,
): PulledModel {
  const at = (path: string) =>
    storage.location(`${layout.snapshot(commit)}${path === '.' ? '' : `/${path}`}`);
  return {
    reference,
    path: at(main),
    files: files.map(({ path, size }) => ({ path: at(path), bytes: size })),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    downloadedBytes,
    revision: commit,
    ...(group?.quantization !== undefined && { quantization: group.quantization }),
    ...(group && { format: group.format }),
    ...(reason !== undefined && { reason }),
  };
}
