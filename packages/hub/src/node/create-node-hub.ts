import { createHash } from 'node:crypto';
import { homedir, totalmem } from 'node:os';
import { createHub, type Hub } from '../hub.ts';
import type { HubPlatform } from '../platform.ts';
import { createDiskStorage } from './disk-storage.ts';
import { type HubSettings, hubSettings } from './hub-settings.ts';
import { createProxyFetch, hasProxy } from './proxy-fetch.ts';

/** Everything is optional; what is not given comes from the environment. */
export interface NodeHubOptions extends Partial<HubSettings>, Partial<Pick<HubPlatform, 'fetch' | 'clock'>> {
  /** Default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: the user's. */
  readonly homeFolder?: string;
  /** Memory that a quantization is chosen for, in bytes. Default: what this process may use. */
  readonly memoryBytes?: number;
}

/**
 * Creates a hub on the disk of this machine, in the cache that Python tools use too.
 *
 * @throws {InvalidArgumentError} naming an option that cannot be used
 * @throws {UnsupportedError} when the environment names a proxy and this Node has no support for them
 */
export function createNodeHub(options: NodeHubOptions = {}): Hub {
  const { environment = process.env, homeFolder = homedir(), clock, fetch, memoryBytes, ...given } = options;
  const settings = { ...hubSettings(environment, homeFolder), ...given };
  const usual: HubPlatform['fetch'] = (url, init) => globalThis.fetch(url, init);
  return createHub(
    {
      fetch: fetch ?? (hasProxy(environment) ? createProxyFetch(environment) : usual),
      storage: createDiskStorage(settings.cacheFolder),
      urlStorage: createDiskStorage(settings.urlCacheFolder),
      createHash(algorithm) {
        const hash = createHash(algorithm);
        return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
      },
      memoryBytes: memoryBytes ?? availableMemory(),
      ...(clock && { clock }),
    },
    settings,
  );
}

/** Memory of the machine, or of the container that the process is in. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
