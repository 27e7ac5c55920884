import { nearestWithin } from './nearest-integer.ts';
import type { ScaledFormat } from './scaled-format.ts';
import { type ScaledLayout, storedScales, storedZeroPoints } from './scaled-layout.ts';
import { encodeSmallFloat } from './small-floats.ts';

const round = Math.fround;

/** Stores values, with scales that are chosen for the largest weights of each block. */
export function encodeScaled(
  format: ScaledFormat,
  layout: ScaledLayout,
  values: Float32Array,
  bytes: Uint8Array,
): void {
  const { outputs, inputs, rowBytes, inputOrder } = layout;
  const scales = storedScales(layout, bytes);
  const zeroPoints = storedZeroPoints(layout, bytes);
  chooseScales(format, layout, values, scales, zeroPoints);
  const { elementBits, float } = format;
  const largestCode = 2 ** elementBits - 1;
  for (let output = 0; output < outputs; output++) {
    for (let column = 0; column < inputs; column++) {
      const group = groupOf(layout, output, column);
      const scale = layout.scaleColumns === 0 ? 1 : scales[group]!;
      const scaled = round(values[output * inputs + (inputOrder?.[column] ?? column)]! / scale);
      const zeroPoint = zeroPoints?.[group] ?? format.zeroPoint;
      const code =
        float === undefined
          ? nearestWithin(Math.max(-256, Math.min(256, scaled)), -zeroPoint, largestCode - zeroPoint) +
            zeroPoint
          : encodeSmallFloat(float, scaled);
      if (elementBits === 8) bytes[output * rowBytes + column] = code;
      else bytes[output * rowBytes + (column >> 1)]! |= code << (4 * (column & 1));
    }
  }
}

function groupOf({ rows, columns, scaleColumns }: ScaledLayout, output: number, column: number): number {
  return Math.floor(output / rows) * scaleColumns + Math.floor(column / columns);
}

/**
 * Without zero points the largest magnitude becomes the largest element, that of 4-bit codes 7 and of 8-bit ones 127.
 * With zero points the range from the least to the largest weight, zero included, becomes that of the codes.
 */
function chooseScales(
  format: ScaledFormat,
  layout: ScaledLayout,
  values: Float32Array,
  scales: Float32Array,
  zeroPoints: Uint8Array | undefined,
): void {
  const { outputs, inputs, inputOrder } = layout;
  if (scales.length === 0) return;
  const least = new Float32Array(scales.length);
  const most = new Float32Array(scales.length);
  for (let output = 0; output < outputs; output++) {
    for (let column = 0; column < inputs; column++) {
      const value = values[output * inputs + (inputOrder?.[column] ?? column)]!;
      const group = groupOf(layout, output, column);
      if (value < least[group]!) least[group] = value;
      else if (value > most[group]!) most[group] = value;
    }
  }
  const codes = 2 ** format.elementBits - 1;
  for (let group = 0; group < scales.length; group++) {
    const low = least[group]!;
    const high = most[group]!;
    const scale =
      zeroPoints === undefined
        ? round(Math.max(-low, high) / (format.float?.largest ?? format.zeroPoint - 1))
        : round((high - low) / codes);
    scales[group] = scale > 0 ? scale : 1;
    if (zeroPoints !== undefined) zeroPoints[group] = nearestWithin(-low / scales[group]!, 0, codes);
  }
}
