/** Numbers in [0, 1) and integers from a seed, for tests that must be repeatable. */
export interface Random {
  next(): number;
  /** An integer from 0 to `limit - 1`. */
  integer(limit: number): number;
}

/** Mixes a 32-bit integer; the finalizer of MurmurHash3 (Austin Appleby, public domain). */
export function mix(value: number): number {
  value ^= value >>> 16;
  value = Math.imul(value, 0x85ebca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Counter-based generator: the n-th number is a hash of the seed and n. */
export function createRandom(seed: number): Random {
  let counter = mix(seed);
  const next = () => mix((counter = (counter + 0x9e3779b9) | 0)) / 0x1_0000_0000;
  return { next, integer: (limit) => Math.floor(next() * limit) };
}
