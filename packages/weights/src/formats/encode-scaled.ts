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
  const { outputs, inputs, rowBytes, rows, columns, scaleColumns, inputOrder } = layout;
  const scales = storedScales(layout, bytes);
  const zeroPoints = storedZeroPoints(layout, bytes);
  chooseScales(format, layout, values, scales, zeroPoints);
  const { elementBits, float } = format;
  const largestCode = 2 ** elementBits - 1;
  const row = new Float32Array(inputs);
  for (let output = 0; output < outputs; output++) {
    readRow(values, output, inputOrder, row);
    let group = Math.floor(output / rows) * scaleColumns;
    for (let start = 0; start < inputs; start += columns, group++) {
      const scale = scaleColumns === 0 ? 1 : scales[group]!;
      const zeroPoint = zeroPoints?.[group] ?? format.zeroPoint;
      const end = Math.min(start + columns, inputs);
      for (let column = start; column < end; column++) {
        const scaled = round(row[column]! / scale);
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
}

/** Reads a row in the order in which its columns are stored. */
function readRow(
  values: Float32Array,
  output: number,
  inputOrder: Uint32Array | undefined,
  row: Float32Array,
): void {
  const start = output * row.length;
  if (inputOrder === undefined) row.set(values.subarray(start, start + row.length));
  else for (let column = 0; column < row.length; column++) row[column] = values[start + inputOrder[column]!]!;
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
  const { outputs, inputs, rows, columns, scaleColumns, inputOrder } = layout;
  if (scales.length === 0) return;
  const least = new Float32Array(scales.length);
  const most = new Float32Array(scales.length);
  const row = new Float32Array(inputs);
  for (let output = 0; output < outputs; output++) {
    readRow(values, output, inputOrder, row);
    let group = Math.floor(output / rows) * scaleColumns;
    for (let start = 0; start < inputs; start += columns, group++) {
      let low = least[group]!;
      let high = most[group]!;
      const end = Math.min(start + columns, inputs);
      for (let column = start; column < end; column++) {
        const value = row[column]!;
        if (value < low) low = value;
        else if (value > high) high = value;
      }
      least[group] = low;
      most[group] = high;
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
