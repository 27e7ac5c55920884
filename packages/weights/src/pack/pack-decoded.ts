import { decodeScaled } from '../formats/decode-scaled.ts';
import { decodeInto } from '../formats/decode-tensor.ts';
import { scaledFormat } from '../formats/scaled-format.ts';
import { scaledLayout } from '../formats/scaled-layout.ts';
import { blockSize } from '../formats/tensor-types.ts';
import { writeHalves } from './half-floats.ts';
import type { PackPart } from './pack-initializer.ts';

const rowsAtOnce = 64;

/** float32 `[totalOutputs, inputs]`, or `[inputs, totalOutputs]` when transposed; or float16 when not */
export function packDecoded(part: PackPart, target: Uint8Array): void {
  const { firstOutput, outputs, inputs, totalOutputs, recipe } = part;
  if (!recipe.transpose && recipe.floatType === 'float16') {
    packHalves(part, target);
    return;
  }
  const values = new Float32Array(target.buffer, target.byteOffset, target.byteLength >>> 2);
  const decodeRows = rowDecoder(part);
  if (!recipe.transpose) {
    decodeRows(0, outputs, values.subarray(firstOutput * inputs, (firstOutput + outputs) * inputs));
    return;
  }
  for (let first = 0; first < outputs; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, outputs - first);
    const rows = new Float32Array(count * inputs);
    decodeRows(first, first + count, rows);
    for (let input = 0; input < inputs; input++) {
      const to = input * totalOutputs + firstOutput + first;
      for (let row = 0, from = input; row < count; row++, from += inputs) values[to + row] = rows[from]!;
    }
  }
}

/** float16 `[totalOutputs, inputs]` */
function packHalves(part: PackPart, target: Uint8Array): void {
  const { firstOutput, outputs, inputs, info, bytes, file } = part;
  if (info.type === 'F16') {
    target.set(bytes, 2 * firstOutput * inputs);
    return;
  }
  const halves = new Uint16Array(target.buffer, target.byteOffset, target.byteLength >>> 1);
  const decodeRows = rowDecoder(part);
  const values = new Float32Array(Math.min(rowsAtOnce, outputs) * inputs);
  for (let first = 0; first < outputs; first += rowsAtOnce) {
    const last = Math.min(first + rowsAtOnce, outputs);
    const rows = values.subarray(0, (last - first) * inputs);
    decodeRows(first, last, rows);
    const to = halves.subarray((firstOutput + first) * inputs, (firstOutput + last) * inputs);
    writeHalves(rows, to, `${file}: tensor ${info.name}`);
  }
}

/** Decodes rows of a part, from `first` to before `last`. */
export function rowDecoder({ info, bytes, inputs, outputs }: PackPart) {
  const format = scaledFormat(info.type);
  if (format !== undefined) {
    const layout = scaledLayout(format, info.shape, info);
    return (first: number, last: number, values: Float32Array) => {
      decodeScaled(format, layout, bytes, values, first, last);
    };
  }
  const block = blockSize(info.type);
  const rowBytes = (inputs / block.elements) * block.bytes;
  return (first: number, last: number, values: Float32Array) => {
    const whole = first === 0 && last === outputs;
    decodeInto(info.type, whole ? bytes : bytes.subarray(first * rowBytes, last * rowBytes), values);
  };
}
