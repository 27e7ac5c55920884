import { writeHalf } from './float16.ts';
import { nearestInteger, nearestWithin } from './nearest-integer.ts';

const round = Math.fround;
const scaleLength = 16;
const scaleCount = 16;

/** What distinguishes Q3_K and Q6_K. */
export interface AroundZeroLayout {
  readonly blockBytes: number;
  /** Offset of the float16 unit of the scales. */
  readonly offset: number;
  readonly zeroCode: 4 | 32;
  /** What the largest scale becomes as an integer, negated: the scales reach from there to one less above zero. */
  readonly scaleRange: 32 | 128;
  readonly fit: (values: Float32Array, start: number, codes: Uint8Array) => number;
  /** Whether a scale's magnitude counts as zero. */
  readonly negligible: number;
  readonly pack: (codes: Uint8Array, scales: Int8Array, bytes: Uint8Array, at: number) => void;
}

/** Quantizes blocks of 256 with signed integer scales per 16 values, as `quantize_row_q3_K_ref` and `_q6_K_ref` do. */
export function encodeKAroundZero(layout: AroundZeroLayout, values: Float32Array, bytes: Uint8Array): void {
  const { blockBytes, offset, zeroCode, scaleRange } = layout;
  const codes = new Uint8Array(256);
  const scales = new Float32Array(scaleCount);
  const scaleCodes = new Int8Array(scaleCount);
  for (let start = 0, at = 0; start < values.length; start += 256, at += blockBytes) {
    let largest = 0;
    for (let index = 0; index < scaleCount; index++) {
      scales[index] = layout.fit(values, start + index * scaleLength, codes);
      if (Math.abs(scales[index]!) > Math.abs(largest)) largest = scales[index]!;
    }
    if (Math.abs(largest) < layout.negligible) continue;
    let unit = 0;
    if (largest === 0) scaleCodes.fill(-scaleRange);
    else {
      const inverse = round(-scaleRange / largest);
      for (let index = 0; index < scaleCount; index++) {
        const scale = nearestInteger(round(inverse * scales[index]!));
        scaleCodes[index] = Math.min(
          scaleRange - 1,
          scaleRange === 32 ? Math.max(-32, (scale << 24) >> 24) : scale,
        );
      }
      unit = writeHalf(bytes, at + offset, round(1 / inverse));
    }
    for (let index = 0; index < scaleCount; index++) {
      const scale = round(unit * scaleCodes[index]!);
      if (scale === 0) continue;
      for (let i = index * scaleLength; i < (index + 1) * scaleLength; i++) {
        codes[i] = nearestWithin(round(values[start + i]! / scale), -zeroCode, zeroCode - 1) + zeroCode;
      }
    }
    layout.pack(codes, scaleCodes, bytes, at);
  }
}
