import { float16Values } from './float16.ts';

/**
 * Reads the scales and minimums of Q4_K and Q5_K: float16 units of both, then 12 bytes with 6 bits of each for eight
 * parts of the block.
 */
export function readK4Scales(
  bytes: Uint8Array,
  blockBytes: number,
  scales: Float32Array,
  minimums: Float32Array,
): void {
  const halves = float16Values();
  for (let at = 0, to = 0; to < scales.length; at += blockBytes) {
    const scale = halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const minimum = halves[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let part = 0; part < 4; part++, to++) {
      const first = bytes[at + 4 + part]!;
      const second = bytes[at + 8 + part]!;
      const third = bytes[at + 12 + part]!;
      scales[to] = scale * (first & 63);
      minimums[to] = -(minimum * (second & 63));
      scales[to + 4] = scale * ((third & 15) | ((first >> 6) << 4));
      minimums[to + 4] = -(minimum * ((third >> 4) | ((second >> 6) << 4)));
    }
    to += 4;
  }
}

/** Packs 6-bit scales and minimums into the 12 bytes at `at`, in the order that {@link readK4Scales} reads. */
export function packK4Scales(scales: Uint8Array, minimums: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let part = 0; part < 4; part++) {
    const [scale, minimum] = [scales[part + 4]!, minimums[part + 4]!];
    bytes[at + part] = scales[part]! | ((scale >> 4) << 6);
    bytes[at + 4 + part] = minimums[part]! | ((minimum >> 4) << 6);
    bytes[at + 8 + part] = (scale & 15) | ((minimum & 15) << 4);
  }
}
