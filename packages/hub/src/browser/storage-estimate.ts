import { UnsupportedError } from '@llamella/spec';

/** What the browser says about the storage of this site. Numbers are its estimates, and absent where it gives none. */
export interface BrowserStorageEstimate {
  /** Bytes that all data of this site take. */
  readonly usageBytes?: number;
  /** Bytes that they may take. Chromium names a number of its own making: usage and up to 10 GiB. */
  readonly quotaBytes?: number;
  /** Bytes that can still be written; absent too where {@link quotaBytes} says nothing about that. */
  readonly freeBytes?: number;
  /** Whether the browser has promised not to evict what is stored. */
  readonly persisted: boolean;
}

/** What Chromium reports as free, whatever is: https://chromestatus.com/feature/4977371751645184 */
const reportedAlways = 10 * 2 ** 30;

/** Asks the browser what is stored and what room there is. Works on a page and in a worker. */
export async function estimateStorage(): Promise<BrowserStorageEstimate> {
  const manager = globalThis.navigator?.storage as Partial<StorageManager> | undefined;
  const [{ usage, quota }, persisted] = await Promise.all([
    manager?.estimate?.().catch((): StorageEstimate => ({})) ?? ({} as StorageEstimate),
    manager?.persisted?.().catch(() => false) ?? false,
  ]);
  const free = usage === undefined || quota === undefined ? undefined : Math.max(0, quota - usage);
  return {
    ...(usage !== undefined && { usageBytes: usage }),
    ...(quota !== undefined && { quotaBytes: quota }),
    ...(free !== undefined && free !== reportedAlways && { freeBytes: free }),
    persisted,
  };
}

/**
 * Asks the browser never to evict what is stored.
 *
 * @returns whether it agreed
 * @throws {UnsupportedError} in a worker, unless it agreed before: only pages can ask
 */
export async function persistStorage(): Promise<boolean> {
  const manager = globalThis.navigator?.storage as Partial<StorageManager> | undefined;
  if (await manager?.persisted?.()) return true;
  if (manager?.persist === undefined) {
    throw new UnsupportedError('asking for persistent storage here', 'call it on the page, not in a worker');
  }
  return await manager.persist();
}
