import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { CacheContents } from './cached-model.ts';
import { systemClock } from './clock.ts';
import type { OnPullProgress } from './download-files.ts';
import { findCachedHub } from './find-cached.ts';
import { createHttpClient } from './http-client.ts';
import type { HubContext, HubOptions } from './hub-context.ts';
import { listCache } from './list-cache.ts';
import type { HubPlatform } from './platform.ts';
import { pullHub } from './pull-hub.ts';
import { findCachedUrl, pullUrl } from './pull-url.ts';
import type { PulledModel } from './pulled-model.ts';
import { parseReference } from './reference.ts';
import { type RemovedModel, removeCached } from './remove-cached.ts';

/** For an operation that may take long. */
export interface PullOptions {
  /** Told how far the download has come. */
  readonly onProgress?: OnPullProgress | undefined;
  /** Stops it. What was downloaded stays, and the next call goes on there. */
  readonly signal?: AbortSignal | undefined;
}

/** Models by reference: `hf:owner/repo[@revision][:file-or-quantization]`, or a URL. */
export interface Hub {
  /**
   * Asks the server what the reference means now, downloads what is not in the cache, and verifies it. Goes on where
   * an earlier download stopped, even one that was killed.
   *
   * @throws {InvalidArgumentError} for what is no reference
   * @throws {LlamellaError} `not-found`, `access`, `network`, `no-space`, or `unsupported` when nothing fits the memory
   * @throws {InvalidFileError} when the server sends other bytes than it promises, or unsafe file names
   * @throws `signal.reason` when aborted
   */
  pull(reference: string, options?: PullOptions): Promise<PulledModel>;
  /** Finds a model in the cache without the network; `undefined` when it is not there, or not all of it. */
  find(reference: string): Promise<PulledModel | undefined>;
  /** What `find` gives, otherwise what `pull` gives. */
  resolve(reference: string, options?: PullOptions): Promise<PulledModel>;
  /** What is in the cache, whoever put it there. */
  list(options?: { readonly signal?: AbortSignal | undefined }): Promise<CacheContents>;
  /** Removes a model from the cache. @throws {LlamellaError} `not-found` when nothing of it is there */
  remove(reference: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<RemovedModel>;
}

/**
 * Creates a hub over a platform: network, storage and hashes.
 *
 * @throws {InvalidArgumentError} naming an option that cannot be used
 */
export function createHub(platform: HubPlatform, options: HubOptions = {}): Hub {
  const context = createContext(platform, options);
  const signalOf = (signal: AbortSignal | undefined) => signal ?? new AbortController().signal;
  const find: Hub['find'] = async (text) => {
    const reference = parseReference(text);
    return reference.kind === 'hub'
      ? await findCachedHub(reference, context)
      : await findCachedUrl(reference.url, platform);
  };
  const pull: Hub['pull'] = async (text, { signal: given, onProgress } = {}) => {
    const reference = parseReference(text);
    const signal = signalOf(given);
    signal.throwIfAborted();
    if (context.offline) {
      const found = await find(text);
      if (found !== undefined) return found;
      const advice = 'it is not in the cache, or not all of it, and offline mode is on';
      throw new LlamellaError('not-found', `${text}: ${advice}`);
    }
    return reference.kind === 'hub'
      ? await pullHub(reference, context, signal, onProgress)
      : await pullUrl(reference.url, context, signal, onProgress);
  };
  return {
    pull,
    find,
    resolve: async (text, pullOptions) => (await find(text)) ?? (await pull(text, pullOptions)),
    list: async ({ signal } = {}) => await listCache(platform, signalOf(signal)),
    remove: async (text, { signal } = {}) => await removeCached(text, platform, signalOf(signal)),
  };
}

function createContext(platform: HubPlatform, options: HubOptions): HubContext {
  const endpoint = (options.endpoint ?? 'https://huggingface.co').replace(/\/+$/, '');
  if (!/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) {
    throw new InvalidArgumentError('endpoint', `a URL expected, got "${endpoint}"`);
  }
  const { token, offline = false } = options;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new InvalidArgumentError('token', 'has characters that no token has, such as spaces');
  }
  const clock = platform.clock ?? systemClock;
  const idleTimeout = positive('idleTimeout', options.idleTimeout ?? 30_000, 2 ** 31 - 1);
  const tokenOrigin = new URL(endpoint).origin;
  return {
    platform,
    endpoint,
    offline,
    clock,
    createHash: (algorithm) => platform.createHash(algorithm),
    client: createHttpClient({ fetch: platform.fetch, clock, token, tokenOrigin, idleTimeout }),
    maximumAttempts: positive('maximumAttempts', options.maximumAttempts ?? 6, 1000),
    connections: positive('connections', options.connections ?? 8, 64),
    rangeBytes: positive('rangeBytes', options.rangeBytes ?? 32 * 2 ** 20, 2 ** 40),
  };
}

function positive(name: string, value: number, maximum: number): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= maximum) return value;
  throw new InvalidArgumentError(name, `an integer from 1 to ${maximum} expected, got ${value}`);
}
