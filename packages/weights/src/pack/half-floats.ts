import { InvalidArgumentError, LlamellaError, type PackKind, type PackRecipe } from '@llamella/spec';
import { roundToFloat16 } from '../formats/float16.ts';

/** Kinds whose floats can be float16. */
const kinds: readonly PackKind[] = ['decode', 'scales', 'block-minimums'];

/** Bytes of a float of an initializer. @throws {InvalidArgumentError} for a type that its kind does not have */
export function floatBytes({ kind, floatType = 'float32' }: PackRecipe): 2 | 4 {
  if (floatType === 'float32') return 4;
  if (floatType === 'float16' && kinds.includes(kind)) return 2;
  throw new InvalidArgumentError('recipe.floatType', `${floatType} cannot be used with ${kind}`);
}

/** Magnitudes, as bits of a float32, from which on float16 is infinite; and infinity itself. */
const OVERFLOW = 0x477ff000;
const INFINITE = 0x7f800000;

/**
 * Writes the nearest float16 of each value.
 *
 * @param what in errors: file and tensors
 * @throws {LlamellaError} `overflow` when a finite value has none
 */
export function writeHalves(values: Float32Array, target: Uint16Array, what: string): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let at = 0; at < bits.length; at++) {
    const magnitude = bits[at]! & 0x7fffffff;
    if (magnitude >= OVERFLOW && magnitude < INFINITE) {
      throw new LlamellaError(
        'overflow',
        `${what}: ${values[at]} is too large for float16, whose largest number is 65504; use a graph in float32`,
      );
    }
    target[at] = roundToFloat16(bits[at]!);
  }
}
