import { InvalidArgumentError, type KvStorage } from '@llamella/spec';

/** What a cache manages, and how it grows. */
export interface KvCacheOptions {
  /** Storage that the runtime provides. This package asks it to grow and never touches its contents. */
  readonly storage: KvStorage;
  /** The longest sequence, in tokens. */
  readonly contextLength: number;
  /** Positions per slot that the first growth makes room for. Default 256, or the context if that is less. */
  readonly initialCapacity?: number;
  /** Each growth multiplies the capacity by this, 1 or more; 1 grows to what is needed and no further. Default 2. */
  readonly growthFactor?: number;
  /**
   * Most bytes that the storage may occupy, all slots together. While it grows, the old storage exists beside the
   * new one and is not counted. Default: no limit.
   */
  readonly maximumBytes?: number;
}

/** How far and in which steps the storage grows, in positions per slot. */
export interface GrowthPolicy {
  readonly contextLength: number;
  readonly initialCapacity: number;
  readonly growthFactor: number;
  readonly maximumBytes: number;
  /** Bytes that one more position costs over all slots. */
  readonly bytesPerPosition: number;
}

/** @throws {InvalidArgumentError} when an option is out of range */
export function readGrowthPolicy(options: KvCacheOptions): GrowthPolicy {
  const { storage, contextLength, growthFactor = 2, maximumBytes = Number.POSITIVE_INFINITY } = options;
  const initialCapacity = options.initialCapacity ?? Math.min(256, contextLength);
  requirePositiveInteger('storage.slots', storage.slots);
  requirePositiveInteger('contextLength', contextLength);
  requirePositiveInteger('initialCapacity', initialCapacity);
  if (!(growthFactor >= 1) || growthFactor === Number.POSITIVE_INFINITY) {
    throw new InvalidArgumentError(
      'growthFactor',
      `must be a finite number of at least 1, not ${growthFactor}`,
    );
  }
  const bytesPerPosition = storage.slots * storage.bytesPerToken;
  const smallest = Math.max(1, storage.capacity) * bytesPerPosition;
  if (!(maximumBytes >= smallest)) {
    throw new InvalidArgumentError(
      'maximumBytes',
      `must be at least ${smallest}, which ${storage.slots} slots of ${Math.max(1, storage.capacity)} positions take, not ${maximumBytes}`,
    );
  }
  return { contextLength, initialCapacity, growthFactor, maximumBytes, bytesPerPosition };
}

function requirePositiveInteger(argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError(argument, `must be an integer of at least 1, not ${value}`);
  }
}
