import { closeSync, openSync } from 'node:fs';
import { LlamellaError } from '@llamella/spec';
import koffi from 'koffi';

/** A file in the address space of this process, read-only. Its pages are those of the page cache. */
export interface MappedFile extends Disposable {
  /** Where the first byte is. */
  readonly address: bigint;
  /**
   * Takes the pages that were read out of the memory of this process. They stay in the page cache, and come back when
   * they are read again.
   */
  forget(): void;
}

interface MappingFunctions {
  readonly mmap: (
    at: null,
    length: number,
    protection: number,
    flags: number,
    file: number,
    offset: number,
  ) => unknown;
  readonly munmap: (address: bigint, length: number) => number;
  readonly madvise: (address: bigint, length: number, advice: number) => number;
}

const PROT_READ = 1;
const MAP_SHARED = 1;
const MADV_DONTNEED = 4;
const MAP_FAILED = 2n ** 64n - 1n;

let functions: MappingFunctions | undefined | null;

/**
 * Maps the first `length` bytes of a file, where this is known how: on Linux with glibc.
 *
 * @returns nothing elsewhere
 * @throws {LlamellaError} `backend` when the system refuses
 */
export function mapFile(path: string, length: number): MappedFile | undefined {
  if (functions === undefined) functions = findFunctions() ?? null;
  if (functions === null) return undefined;
  const { mmap, munmap, madvise } = functions;
  const file = openSync(path, 'r');
  let address: bigint;
  try {
    address = BigInt.asUintN(64, BigInt(koffi.address(mmap(null, length, PROT_READ, MAP_SHARED, file, 0))));
  } finally {
    closeSync(file);
  }
  if (address === MAP_FAILED) throw new LlamellaError('backend', `${path}: cannot be mapped into memory`);
  let mapped = true;
  return {
    address,
    forget: () => void (mapped && madvise(address, length, MADV_DONTNEED)),
    [Symbol.dispose]() {
      if (mapped) munmap(address, length);
      mapped = false;
    },
  };
}

function findFunctions(): MappingFunctions | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const library = koffi.load('libc.so.6');
    return {
      mmap: library.func(
        'void* mmap(void* at, size_t length, int protection, int flags, int file, int64_t offset)',
      ) as MappingFunctions['mmap'],
      munmap: library.func('int munmap(void* address, size_t length)') as MappingFunctions['munmap'],
      madvise: library.func(
        'int madvise(void* address, size_t length, int advice)',
      ) as MappingFunctions['madvise'],
    };
  } catch {
    return undefined;
  }
}
