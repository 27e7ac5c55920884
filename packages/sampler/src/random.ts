import { checkInteger } from './check-integer.ts';

/** A source of random numbers. */
export interface Random {
  /** A uniformly distributed integer in [0, 2^32). */
  nextUint32(): number;
  /** A uniformly distributed number in [0, 1) with 53 random bits, made of two calls of `nextUint32`. */
  nextFloat(): number;
  /** Puts what `nextFloat` would return into `target[0]`, which allocates nothing. */
  nextInto(target: Float64Array): void;
}

const MULTIPLIER_HIGH = 0x5851f42d;
const MULTIPLIER_LOW = 0x4c957f2d;
/** Of stream 54: twice that, and 1. */
const INCREMENT = 109;

/** `state = state * multiplier + increment` modulo 2^64; `state` is [low, high]. */
function advance(state: Uint32Array): void {
  const low = state[0]!;
  const high = state[1]!;
  state[0] = Math.imul(low, MULTIPLIER_LOW) + INCREMENT;
  // A multiple of 2^32, but for some thousands that the product may be off as a float64.
  const carry = Math.round((low * MULTIPLIER_LOW + INCREMENT - state[0]!) / 0x100000000);
  state[1] = carry + Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH);
}

/**
 * PCG32 (XSH-RR, 64-bit state, stream 54): the same numbers for the same seed on every platform. Source: O'Neill,
 * "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number Generation", 2014,
 * and its reference code pcg-c-basic, whose published numbers for seed 42 it reproduces.
 *
 * @param seed an integer in [0, 2^32); default: another at each call
 * @throws {InvalidArgumentError} when `seed` is anything else
 */
export function createRandom(seed = randomSeed()): Random {
  checkInteger('seed', seed, 0, 0xffffffff);
  // The state is an array, because numbers above 2^30 in plain variables would be allocated anew at each step.
  const first = seed + INCREMENT;
  const state = Uint32Array.of(first, first / 0x100000000);
  advance(state);

  /** As `nextUint32`, but signed. */
  const nextInt32 = (): number => {
    const low = state[0]!;
    const high = state[1]!;
    advance(state);
    // ((state >> 18) ^ state) >> 27, of which the lower 32 bits count.
    const word = (((high << 14) ^ low) >>> 27) | (((high >>> 18) ^ high) << 5);
    const rotation = high >>> 27;
    return (word >>> rotation) | (word << -rotation);
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
function randomSeed(): number {
  const { crypto } = globalThis as unknown as {
    crypto: { getRandomValues(array: Uint32Array): Uint32Array };
  };
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
