/** Half-precision logits: bit patterns, or `Float16Array` where the platform has it. */
export type Float16Logits = Uint16Array | (ArrayLike<number> & { readonly BYTES_PER_ELEMENT: 2 });

/**
 * Makes a function that widens half-precision logits into one float32 array of its own, exactly. The next call
 * overwrites it; only a longer input allocates.
 *
 * @param vocabularySize room to begin with
 */
export function createFloat16Reader(vocabularySize = 0): (logits: Float16Logits) => Float32Array {
  let target = new Float32Array(vocabularySize);
  let bits = new Uint32Array(target.buffer);
  return (logits) => {
    const { length } = logits;
    if (target.length !== length) {
      target = new Float32Array(length);
      bits = new Uint32Array(target.buffer);
    }
    if (!(logits instanceof Uint16Array)) {
      target.set(logits);
      return target;
    }
    for (let i = 0; i < length; i++) {
      const half = logits[i]!;
      bits[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
    }
    for (let i = 0; i < length; i++) {
      // The exponents of the two formats differ by 112; the largest one stands for infinities and NaN.
      if ((logits[i]! & 0x7c00) !== 0x7c00) target[i] = target[i]! * 2 ** 112;
      else target[i] = (logits[i]! & 0x3ff) !== 0 ? Number.NaN : logits[i]! === 0x7c00 ? Infinity : -Infinity;
    }
    return target;
  };
}
