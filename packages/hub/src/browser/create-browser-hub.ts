import { LlamellaError } from '@llamella/spec';
import { createHub, type Hub } from '../hub.ts';
import type { HubOptions } from '../hub-context.ts';
import type { HubPlatform } from '../platform.ts';
import { createBrowserFetch } from './browser-fetch.ts';
import type { BrowserHub } from './browser-hub.ts';
import { createImportStore, importName } from './import-store.ts';
import { makeRoom } from './make-room.ts';
import { createOpfsStorage } from './opfs-storage.ts';
import { estimateStorage, persistStorage } from './storage-estimate.ts';
import { verifyStored } from './verify-stored.ts';
import { type CreateHash, loadHashes } from './wasm-hash.ts';

/** Everything is optional. */
export interface BrowserHubOptions extends HubOptions, Partial<Pick<HubPlatform, 'fetch' | 'clock'>> {
  /** Folder of OPFS, with `hub`, `urls` and `files` in it. Default `llamella`. */
  readonly folder?: string;
  /** Memory that a quantization is chosen for, in bytes. Default: what the browser says, which is 8 GiB at most in some. */
  readonly memoryBytes?: number;
}

/** Browsers open 6 connections to a server at most, and what waits for one counts as silence. */
const usualConnections = 4;

/**
 * Creates a hub over the file system of this site in this browser (OPFS). Downloads and imports need a dedicated worker;
 * the rest works on a page too.
 *
 * @throws {InvalidArgumentError} naming an option that cannot be used
 */
export function createBrowserHub(options: BrowserHubOptions = {}): BrowserHub {
  const { folder = 'llamella', fetch = createBrowserFetch(), clock, memoryBytes, ...given } = options;
  const imports = createImportStore(createOpfsStorage(`${folder}/files`));
  let hash: CreateHash | undefined;
  const platform: HubPlatform = {
    fetch,
    storage: createOpfsStorage(`${folder}/hub`),
    urlStorage: createOpfsStorage(`${folder}/urls`),
    createHash: (algorithm) => hash!(algorithm),
    memoryBytes: memoryBytes ?? deviceMemory(),
    ...(clock && { clock }),
  };
  const hub = createHub(platform, { connections: usualConnections, ...given });
  const ready = async (): Promise<Hub> => {
    hash ??= await loadHashes();
    return hub;
  };
  const signalOf = (signal: AbortSignal | undefined) => signal ?? new AbortController().signal;
  const browserHub: BrowserHub = {
    async pull(reference, pullOptions) {
      const name = importName(reference);
      if (name === undefined) return await (await ready()).pull(reference, pullOptions);
      const found = await imports.find(name);
      if (found !== undefined) return found;
      throw new LlamellaError(
        'not-found',
        `${reference}: there is no import of this name; choose its files again`,
      );
    },
    async find(reference) {
      const name = importName(reference);
      return name === undefined ? await (await ready()).find(reference) : await imports.find(name);
    },
    resolve: async (reference, pullOptions) =>
      (await browserHub.find(reference)) ?? (await browserHub.pull(reference, pullOptions)),
    async list({ signal } = {}) {
      const [cached, imported] = [await hub.list({ signal }), await imports.list(signalOf(signal))];
      return {
        models: [...cached.models, ...imported.models],
        partials: [...cached.partials, ...imported.partials],
        bytes: cached.bytes + imported.bytes,
      };
    },
    async remove(reference, { signal } = {}) {
      const name = importName(reference);
      try {
        if (name !== undefined) return await imports.remove(name, signalOf(signal));
        return await (await ready()).remove(reference, { signal });
      } catch (cause) {
        if (!LlamellaError.isInstance(cause) || cause.code !== 'busy') throw cause;
        const advice = 'it is open, perhaps in another tab; close that and remove it again';
        throw new LlamellaError('busy', `${reference}: ${advice}`, { cause });
      }
    },
    importFiles: (files, importOptions = {}) => imports.add(files, importOptions),
    async verify(reference, verifyOptions = {}) {
      const found = await browserHub.find(reference);
      const name = importName(reference);
      if (name !== undefined && found !== undefined) {
        return { intact: [], damaged: [], unknown: found.files.map(({ path }) => path) };
      }
      await ready();
      return await verifyStored(reference, platform, verifyOptions);
    },
    async makeRoom(bytes, roomOptions = {}) {
      const free = roomOptions.freeBytes ?? (await estimateStorage()).freeBytes ?? 0;
      return await makeRoom(bytes, free, browserHub, roomOptions);
    },
    persist: persistStorage,
    estimate: estimateStorage,
  };
  return browserHub;
}

/** `navigator.deviceMemory`, in GiB and rounded, where there is such a thing. */
function deviceMemory(): number | undefined {
  const { deviceMemory: gibibytes } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return gibibytes === undefined ? undefined : gibibytes * 2 ** 30;
}
