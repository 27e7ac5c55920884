const magic = 12_582_912;
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/**
 * Rounds a float32 to the nearest integer, ties to even, by adding 1.5 * 2^23, as ggml does: beyond 2^22 it gives the
 * same wrong numbers, and -2^22 or 0 for infinities and NaN.
 */
export function nearestInteger(value: number): number {
  if (Math.abs(value) < 4_194_303) return Math.fround(value + magic) - magic;
  float[0] = value + magic;
  return (bits[0]! & 0x7fffff) - 0x400000;
}

/** {@link nearestInteger}, limited to a range. */
export function nearestWithin(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, nearestInteger(value)));
}
