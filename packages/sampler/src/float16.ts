/** Half-precision logits: bit patterns, or `Float16Array` where the platform has it. */
export type Float16Logits = Uint16Array | (ArrayLike<number> & { readonly BYTES_PER_ELEMENT: 2 });

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
    if (!(logits instanceof Uint16Array)) target.set(logits);
    else {
      values ??= createValues();
      for (let i = 0; i < length; i++) target[i] = values[logits[i]!]!;
    }
    return target;
  };
}

function createValues(): Float32Array {
  const made = new Float32Array(0x10000);
  for (let half = 0; half < made.length; half++) {
    const exponent = (half >> 10) & 31;
    const fraction = half & 0x3ff;
    let value = fraction > 0 ? NaN : Infinity;
    if (exponent < 31) {
      // Subnormal numbers have the exponent 1, without the leading bit.
      value = (exponent > 0 ? fraction + 0x400 : fraction) / 0x2000000;
      for (let i = Math.max(exponent, 1); i > 0; i--) value *= 2;
    }
    made[half] = half & 0x8000 ? -value : value;
  }
  return made;
}
