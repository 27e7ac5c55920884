import type { ScaledFormat } from './scaled-format.ts';
import { type ScaledLayout, storedScales, storedZeroPoints } from './scaled-layout.ts';

/**
 * Decodes rows to float32. Element and scale have at most 33 bits together, so that the one rounding is that of the
 * float32 product.
 *
 * @param bytes of the whole tensor, at a multiple of four
 * @param values `[last - first, inputs]`, in the order of the layer's inputs
 */
export function decodeScaled(
  format: ScaledFormat,
  layout: ScaledLayout,
  bytes: Uint8Array,
  values: Float32Array,
  first = 0,
  last = layout.outputs,
): void {
  const { inputs, rowBytes, rows, columns, scaleColumns, inputOrder } = layout;
  const scales = storedScales(layout, bytes);
  const zeroPoints = storedZeroPoints(layout, bytes);
  const codes = new Uint8Array(rowBytes * (8 / format.elementBits));
  const ordered = inputOrder === undefined ? undefined : new Float32Array(inputs);
  const table = format.values;
  for (let output = first; output < last; output++) {
    const stored = bytes.subarray(output * rowBytes, (output + 1) * rowBytes);
    if (format.elementBits === 4) unpackPairs(stored, codes);
    const elements = format.elementBits === 4 ? codes : stored;
    const target = values.subarray((output - first) * inputs, (output - first + 1) * inputs);
    const row = ordered ?? target;
    const firstScale = Math.floor(output / rows) * scaleColumns;
    for (let start = 0, group = firstScale; start < inputs; start += columns, group++) {
      const scale = scaleColumns === 0 ? 1 : scales[group]!;
      const zeroPoint = zeroPoints === undefined ? format.zeroPoint : zeroPoints[group]!;
      const end = Math.min(start + columns, inputs);
      for (let at = start; at < end; at++) row[at] = (table[elements[at]!]! - zeroPoint) * scale;
    }
    if (inputOrder !== undefined) for (let at = 0; at < inputs; at++) target[inputOrder[at]!] = row[at]!;
  }
}

/** Writes the codes of 4 bits of each byte, the low bits first. @param codes has two for each byte */
export function unpackPairs(bytes: Uint8Array, codes: Uint8Array): void {
  for (let at = 0, to = 0; at < bytes.length; at++, to += 2) {
    const pair = bytes[at]!;
    codes[to] = pair & 15;
    codes[to + 1] = pair >> 4;
  }
}
