import { LlamellaError } from '@llamella/spec';
import type { GrowthPolicy } from './kv-cache-options.ts';

/**
 * Capacity to grow to: the next step of the geometric ladder that holds `needed` positions, never beyond the
 * context or the byte budget.
 *
 * @throws {LlamellaError} `context-full` when the budget does not allow `needed` positions
 */
export function nextCapacity(current: number, needed: number, policy: GrowthPolicy): number {
  const { contextLength, initialCapacity, growthFactor, maximumBytes, bytesPerPosition } = policy;
  const needsBytes = needed * bytesPerPosition;
  if (needsBytes > maximumBytes) {
    throw new LlamellaError(
      'context-full',
      `${needed} positions need a KV cache of ${needsBytes} bytes (${bytesPerPosition} bytes a position), more than maximumBytes = ${maximumBytes}`,
    );
  }
  let capacity = Math.max(current, initialCapacity);
  while (capacity < needed) {
    capacity = growthFactor === 1 ? needed : Math.max(capacity + 1, Math.ceil(capacity * growthFactor));
  }
  const affordable = bytesPerPosition === 0 ? capacity : Math.floor(maximumBytes / bytesPerPosition);
  return Math.min(capacity, contextLength, affordable);
}
