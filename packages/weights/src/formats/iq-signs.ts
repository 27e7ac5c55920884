/** Codes of types with a grid of magnitudes and a sign per element are around this. */
export const zeroCode = 128;

/** Seven sign bits and an eighth that makes the number of ones even (`ksigns_iq2xs` in ggml-common.h). */
export function evenSigns(bits: number): number {
  let parity = bits ^ (bits >> 4);
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return bits | ((parity & 1) << 7);
}

/**
 * Writes `count` magnitudes of a grid as codes, negative where the sign has a 1.
 *
 * @param from index of the first magnitude in the grid
 */
export function writeSigned(
  grid: Uint8Array,
  from: number,
  count: number,
  signs: number,
  codes: Uint8Array,
  to: number,
): void {
  for (let i = 0; i < count; i++) {
    const magnitude = grid[from + i]!;
    codes[to + i] = (signs >> i) & 1 ? zeroCode - magnitude : zeroCode + magnitude;
  }
}
