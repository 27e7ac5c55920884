import { fitWithMinimum, type MinimumFit } from './fit-with-minimum.ts';
import { writeHalf } from './float16.ts';
import { nearestInteger, nearestWithin } from './nearest-integer.ts';

/** What distinguishes Q2_K, Q4_K and Q5_K. */
export interface KLayout {
  readonly fit: MinimumFit;
  readonly scaleLength: 16 | 32;
  /** Of the integers that scales and minimums are stored as. */
  readonly largestScale: 15 | 63;
  readonly blockBytes: number;
  /** Offset of the float16 scale of the scales; that of the minimums follows. */
  readonly offset: number;
  /** Writes the importance of the values at `start`, one for each of a scale's. */
  readonly weigh: (values: Float32Array, start: number, weights: Float32Array) => void;
  readonly pack: (
    codes: Uint8Array,
    scales: Uint8Array,
    minimums: Uint8Array,
    bytes: Uint8Array,
    at: number,
  ) => void;
}

const round = Math.fround;
const blockLength = 256;

/** Quantizes blocks of 256 with integer scales and minimums per 16 or 32 values, as `quantize_row_q*_K_ref` does. */
export function encodeKWithMinimum(layout: KLayout, values: Float32Array, bytes: Uint8Array): void {
  const { fit, scaleLength, largestScale, blockBytes, offset } = layout;
  const count = blockLength / scaleLength;
  const codes = new Uint8Array(blockLength);
  const weights = new Float32Array(scaleLength);
  const scales = new Float32Array(count);
  const minimums = new Float32Array(count);
  for (let start = 0, at = 0; start < values.length; start += blockLength, at += blockBytes) {
    for (let index = 0; index < count; index++) {
      const from = start + index * scaleLength;
      layout.weigh(values, from, weights);
      scales[index] = fitWithMinimum(fit, values, from, weights, codes, minimums, index);
    }
    const scaleUnit = quantizeParameters(scales, largestScale, bytes, at + offset);
    const minimumUnit = quantizeParameters(minimums, largestScale, bytes, at + offset + 2);
    for (let index = 0; index < count; index++) {
      const scale = round(scaleUnit.unit * scaleUnit.codes[index]!);
      if (scale === 0) continue;
      const minimum = round(minimumUnit.unit * minimumUnit.codes[index]!);
      for (let i = index * scaleLength; i < (index + 1) * scaleLength; i++) {
        const position = round(round(values[start + i]! + minimum) / scale);
        codes[i] = nearestWithin(position, 0, fit.largestCode);
      }
    }
    layout.pack(codes, scaleUnit.codes, minimumUnit.codes, bytes, at);
  }
}

/** Stores the scale of some scales as float16, and gives them as multiples of it. */
function quantizeParameters(parameters: Float32Array, largestCode: number, bytes: Uint8Array, at: number) {
  let largest = 0;
  // Written so that it passes NaN over, as the reference does.
  for (const value of parameters) if (value > largest) largest = value;
  const inverse = largest > 0 ? round(largestCode / largest) : 0;
  const codes = Uint8Array.from(parameters, (value) =>
    Math.min(largestCode, nearestInteger(round(inverse * value)) & 255),
  );
  return { codes, unit: writeHalf(bytes, at, round(largest / largestCode)) };
}

/** Importance of Q4_K and Q5_K: root mean square plus magnitude. */
export function weighByMagnitude(values: Float32Array, start: number, weights: Float32Array): void {
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    squares = round(squares + round(values[start + i]! * values[start + i]!));
  }
  const average = round(Math.sqrt(round(squares / weights.length)));
  for (let i = 0; i < weights.length; i++) weights[i] = average + Math.abs(values[start + i]!);
}
