import koffi from 'koffi';

type Trim = (keep: number) => number;

let trim: Trim | undefined | null;

/**
 * Gives memory that was freed back to the system. The C library of most Linux systems keeps it: after a session was
 * compiled, that is about as much as the weights. Elsewhere this does nothing.
 */
export function returnFreedMemory(): void {
  if (trim === undefined) trim = findTrim() ?? null;
  trim?.(0);
}

function findTrim(): Trim | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return koffi.load('libc.so.6').func('int malloc_trim(size_t keep)') as Trim;
  } catch {
    // Another C library than glibc, such as musl, which gives memory back by itself.
    return undefined;
  }
}
