import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from '@llamella/spec';

/** Where packed weights are kept, and which. */
export interface PackedCacheOptions {
  /**
   * Folder of the cache. Default: `packed` in `LLAMELLA_CACHE`, else in `llamella` in the user's folder for caches.
   */
  readonly folder?: string;
  /**
   * Most bytes of all entries; what was used longest ago is removed first. Default: `LLAMELLA_PACKED_CACHE_LIMIT`, else
   * 40 GB. Half of the disk's free space, with what the cache has, is the most in any case.
   */
  readonly maximumBytes?: number;
  /** Weights of fewer bytes are packed in memory each time, which takes less than a second. Default 100 MB. */
  readonly minimumBytes?: number;
}

/** The settings of a load. */
export interface PackedCacheSettings extends Required<PackedCacheOptions> {
  /** Whether entries are looked for and kept. */
  readonly enabled: boolean;
}

const MAXIMUM_BYTES = 40e9;
const MINIMUM_BYTES = 100e6;

/**
 * Reads the option `cache` and the environment: `LLAMELLA_PACKED_CACHE` set to `0`, `off`, `no` or `false` disables the
 * cache unless the option says otherwise.
 *
 * @throws {InvalidArgumentError} when a size is not a number of bytes, or the folder's path is empty
 */
export function packedCacheSettings(
  option: boolean | PackedCacheOptions | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): PackedCacheSettings {
  const given = typeof option === 'object' ? option : {};
  if (given.folder === '') throw new InvalidArgumentError('cache.folder', 'the path is empty');
  const off = /^(0|off|no|false)$/i.test(environment.LLAMELLA_PACKED_CACHE?.trim() ?? '');
  const limit = environment.LLAMELLA_PACKED_CACHE_LIMIT?.trim();
  return {
    enabled: option === undefined ? !off : option !== false,
    folder: resolve(given.folder ?? join(cacheFolder(environment), 'packed')),
    maximumBytes:
      given.maximumBytes === undefined && limit
        ? wholeNumber('LLAMELLA_PACKED_CACHE_LIMIT', limit)
        : wholeNumber('cache.maximumBytes', given.maximumBytes ?? MAXIMUM_BYTES),
    minimumBytes: wholeNumber('cache.minimumBytes', given.minimumBytes ?? MINIMUM_BYTES),
  };
}

/** The folder that downloads from URLs are kept in too. */
function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const own = environment.LLAMELLA_CACHE?.trim();
  if (own) return own.replace(/^~(?=$|[\\/])/, () => homedir());
  return join(environment.XDG_CACHE_HOME?.trim() || join(homedir(), '.cache'), 'llamella');
}

function wholeNumber(name: string, value: number | string): number {
  const bytes = Number(value);
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new InvalidArgumentError(name, `must be a whole number of bytes, got ${value}`);
}
