import { InvalidArgumentError } from '@llamella/spec';

/** A source of random numbers. */
export interface Random {
  /** A uniformly distributed integer in [0, 2^32). */
  nextUint32(): number;
  /** A uniformly distributed number in [0, 1) with 53 random bits, made of two calls of `nextUint32`. */
  nextFloat(): number;
  /** Puts what `nextFloat` would return into `target[0]`, which allocates nothing. */
  nextInto(target: Float64Array): void;
}

const STREAM = 54;
const MULTIPLIER_HIGH = 0x5851f42d;
const MULTIPLIER_LOW = 0x4c957f2d;

/** Upper 32 bits of the product of two unsigned 32-bit integers; signed, since numbers above 2^31 are allocated. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) | 0;
}

/** `state = state * multiplier + increment` modulo 2^64; `state` is [low, high]. */
function advance(state: Uint32Array): void {
  const low = state[0]!;
  const high = state[1]!;
  const productHigh =
    multiplyHigh(low | 0, MULTIPLIER_LOW) + Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH);
  const sumLow = (Math.imul(low, MULTIPLIER_LOW) >>> 0) + (STREAM * 2 + 1);
  state[0] = sumLow;
  state[1] = productHigh + (sumLow > 0xffffffff ? 1 : 0);
}

/**
 * PCG32 (XSH-RR, 64-bit state, stream 54): the same numbers for the same seed on every platform. Source: O'Neill,
 * "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number Generation", 2014,
 * and its reference code pcg-c-basic, whose published numbers for seed 42 it reproduces.
 *
 * @param seed an integer in [0, 2^32)
 * @throws {InvalidArgumentError} when `seed` is anything else
 */
export function createRandom(seed: number): Random {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new InvalidArgumentError('seed', `must be an integer in [0, 4294967295], got ${seed}`);
  // The state is an array, because numbers above 2^30 in plain variables would be allocated anew at each step.
  const state = new Uint32Array(2);
  advance(state);
  const low = state[0]! + seed;
  state[0] = low;
  if (low > 0xffffffff) state[1]!++;
  advance(state);

  /** As `nextUint32`, but signed. */
  const nextInt32 = (): number => {
    const low = state[0]!;
    const high = state[1]!;
    advance(state);
    // ((state >> 18) ^ state) >> 27, of which the lower 32 bits count.
    const mixedLow = (low >>> 18) | (high << 14);
    const mixedHigh = high >>> 18;
    const word = ((mixedLow ^ low) >>> 27) | ((mixedHigh ^ high) << 5);
    const rotation = high >>> 27;
    return (word >>> rotation) | (word << (-rotation & 31));
  };
  const nextInto = (target: Float64Array): void => {
    target[0] = ((nextInt32() >>> 5) * 0x4000000 + (nextInt32() >>> 6)) / 0x20000000000000;
  };
  const float = new Float64Array(1);
  return {
    nextUint32: () => nextInt32() >>> 0,
    nextFloat() {
      nextInto(float);
      return float[0]!;
    },
    nextInto,
  };
}

/** A seed that differs at each call. */
export function randomSeed(): number {
  const { crypto } = globalThis as unknown as {
    crypto: { getRandomValues(array: Uint32Array): Uint32Array };
  };
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
