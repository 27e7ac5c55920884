import { decodeInto } from '../formats/decode-tensor.ts';
import { blockSize } from '../formats/tensor-types.ts';
import type { PackPart } from './pack-initializer.ts';

const rowsAtOnce = 64;

/** float32 `[totalOutputs, inputs]`, or `[inputs, totalOutputs]` when transposed */
export function packDecoded(part: PackPart, target: Uint8Array): void {
  const { info, bytes, firstOutput, outputs, inputs, totalOutputs } = part;
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  if (!part.recipe.transpose) {
    decodeInto(info.type, bytes, values.subarray(firstOutput * inputs, (firstOutput + outputs) * inputs));
    return;
  }
  const block = blockSize(info.type);
  const rowBytes = (inputs / block.elements) * block.bytes;
  for (let first = 0; first < outputs; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, outputs - first);
    const rows = new Float32Array(count * inputs);
    decodeInto(info.type, bytes.subarray(first * rowBytes, (first + count) * rowBytes), rows);
    for (let input = 0; input < inputs; input++) {
      const to = input * totalOutputs + firstOutput + first;
      for (let row = 0, from = input; row < count; row++, from += inputs) values[to + row] = rows[from]!;
    }
  }
}
