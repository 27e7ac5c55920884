import { isRemoteReference } from '@llamella/hub';
import { createNodeHub } from '@llamella/hub/node';
import type { OnProgress } from '@llamella/spec';

/** For references to the network, whose files may have to be downloaded first. */
export interface ResolveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Phases `download` and `verify`, in bytes of all files. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The file or folder that a reference means: the reference itself, unless it begins with `hf:`, `http:` or `https:`.
 * Then it is looked for in the cache, and downloaded into it when it is not there.
 *
 * @throws {LlamellaError} `network`, `access`, `not-found` or `no-space` when it cannot be downloaded
 * @throws `options.signal.reason` when aborted
 */
export async function localPath(reference: string, options: ResolveOptions): Promise<string> {
  if (!isRemoteReference(reference)) return reference;
  const { path } = await createNodeHub().resolve(reference, options);
  return path;
}
