import { LlamellaError, UnsupportedError } from '@llamella/spec';
import type { StorageLock } from '../platform.ts';

/**
 * Waits for a lock that all pages and workers of this site share. A tab that is closed gives it back.
 *
 * @throws `signal.reason` when aborted
 */
export function takeWebLock(name: string, signal: AbortSignal): Promise<StorageLock> {
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) {
    throw new UnsupportedError(
      'sharing downloads between tabs here',
      'open the page over https or from localhost',
    );
  }
  const { promise, resolve, reject } = Promise.withResolvers<StorageLock>();
  const held = Promise.withResolvers<void>();
  const lost = new AbortController();
  const ended = locks
    .request(name, { signal }, () => {
      const release = async () => {
        held.resolve();
        await ended;
      };
      resolve({ lost: lost.signal, release });
      return held.promise;
    })
    .catch((error: unknown) => {
      reject(signal.aborted ? signal.reason : error);
      lost.abort(new LlamellaError('busy', `${name}: another tab took this download over`));
    });
  return promise;
}
