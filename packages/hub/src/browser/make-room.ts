import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { Hub } from '../hub.ts';
import type { RemovedModel } from '../remove-cached.ts';
import type { MakeRoomOptions } from './browser-hub.ts';
import { sizeText } from './size-text.ts';

/** See `BrowserHub.makeRoom`. @param free bytes that are free */
export async function makeRoom(
  bytes: number,
  free: number,
  hub: Pick<Hub, 'list' | 'remove'>,
  { keep = [], signal }: MakeRoomOptions,
): Promise<RemovedModel[]> {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new InvalidArgumentError('bytes', `a whole number of at least 0 expected, got ${bytes}`);
  }
  if (free >= bytes) return [];
  const { models } = await hub.list({ signal });
  const candidates = models
    .filter(({ reference }) => !keep.includes(reference))
    .sort((a, b) => a.lastUsed - b.lastUsed);
  const most = candidates.reduce((sum, model) => sum + model.bytes, free);
  const notEnough = (there: number) =>
    new LlamellaError(
      'no-space',
      `${sizeText(bytes)} are wanted, and no more than ${sizeText(there)} can be made free`,
    );
  if (most < bytes) throw notEnough(most);
  const removed: RemovedModel[] = [];
  let now = free;
  for (const { reference } of candidates) {
    if (now >= bytes) break;
    signal?.throwIfAborted();
    try {
      const each = await hub.remove(reference, { signal });
      removed.push(each);
      now += each.freedBytes;
    } catch (error) {
      // Open elsewhere, or removed by another tab meanwhile.
      if (!LlamellaError.isInstance(error) || !['busy', 'not-found'].includes(error.code)) throw error;
    }
  }
  if (now < bytes) throw notEnough(now);
  return removed;
}
