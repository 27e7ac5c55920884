import type { ModelGroup } from './model-groups.ts';
import type { SizedFile } from './sized-file.ts';

/** A model in the cache, or other files of a repository that are no model. */
export interface CachedModel {
  /** Names it: what `find` and `remove` take, for the Hub `hf:owner/repo[@revision][:file-or-quantization]`. */
  readonly reference: string;
  /** Repository on the Hub; absent for a URL. */
  readonly repository?: string;
  /** Commit. */
  readonly revision: string;
  /** Branches and tags that lead to it. */
  readonly refs: readonly string[];
  /** Absent for files that are no model. */
  readonly format?: ModelGroup['format'];
  /** For GGUF, such as `Q4_K_M`. */
  readonly quantization?: string;
  /** Paths in the repository, with their size in bytes. */
  readonly files: readonly SizedFile[];
  /** Of all its files. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
  /** `false` while parts are missing. */
  readonly isComplete: boolean;
}

/** Bytes of a download that was interrupted. */
export interface PartialDownload {
  /** The repository or URL: `pull` goes on with it, `remove` removes it. */
  readonly reference: string;
  /** Bytes on the disk, at most. */
  readonly bytes: number;
}

/** What is in the cache. */
export interface CacheContents {
  /** By reference. */
  readonly models: readonly CachedModel[];
  /** Downloads that did not end, by reference. */
  readonly partials: readonly PartialDownload[];
  /** Bytes of all files, those that several revisions share counted once. */
  readonly bytes: number;
}
