/** Half-precision logits: bit patterns, or `Float16Array` where the platform has it. */
export type Float16Logits =
  | Uint16Array
  | (ArrayLike<number> & {
      /** As of every array of 16-bit elements. */
      readonly BYTES_PER_ELEMENT: 2;
    });

/** The value of each bit pattern, once one is needed: 256 KiB. */
let values: Float32Array | undefined;

/**
 * Makes a function that widens half-precision logits into one float32 array of its own, exactly. The next call
 * overwrites it; only an input of another length allocates.
 *
 * @param vocabularySize room to begin with
 */
export function createFloat16Reader(vocabularySize = 0): (logits: Float16Logits) => Float32Array {
  let target = new Float32Array(vocabularySize);
  return (logits) => {
    const { length } = logits;
    if (target.length !== length) target = new Float32Array(length);
    if (logits instanceof Uint16Array) {
      values ??= createValues();
      for (let i = 0; i < length; i++) target[i] = values[logits[i]!]!;
    } else target.set(logits);
    return target;
  };
}

/** Puts the bits where float32 has them, which leaves the exponent too small by 112, except for Infinity and NaN. */
function createValues(): Float32Array {
  const made = new Float32Array(0x10000);
  const bits = new Uint32Array(made.buffer);
  for (let half = 0; half < made.length; half++) {
    const largestExponent = (half & 0x7c00) === 0x7c00 ? 0x7f800000 : 0;
    bits[half] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13) | largestExponent;
    made[half]! *= 2 ** 112;
  }
  return made;
}
