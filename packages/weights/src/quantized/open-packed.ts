import type { StoredTensor } from '../safetensors/stored-tensor.ts';
import { repackCodes } from './code-rows.ts';
import type { Scheme } from './compressed-tensors-schemes.ts';
import { readInputGroups } from './input-groups.ts';
import { floatTypes, type LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLinear } from './quantized-layout.ts';
import { cropRows, offsetBytes, transposeBytes, transposeWords, unpackBits } from './rearrange.ts';
import { scaleBlockOf } from './scale-block.ts';

/**
 * A layer of the format pack-quantized: `weight_packed` I32 `[outputs, inputs * bits / 32]`, codes with `2^(bits-1)` added;
 * `weight_shape`; `weight_scale`; `weight_zero_point`, packed along the outputs, or I8; and, with the activation order
 * `group`, `weight_g_idx`.
 */
export async function openPacked(
  layer: LayerTensors,
  { bits, symmetric, block }: Scheme,
  signal?: AbortSignal,
): Promise<QuantizedLinear> {
  const weight = layer.matrix('weight_packed', ['I32']);
  const [outputs, words] = weight.shape;
  const inputs = await readInputs(layer, weight, bits, signal);
  const shape = [outputs, inputs] as const;
  const scale = layer.get('weight_scale', floatTypes);
  const scaleBlock = scaleBlockOf(layer, shape, scale, block);
  const groups = Math.ceil(inputs / scaleBlock[1]);
  const rows = Math.ceil(outputs / scaleBlock[0]);
  const indices = layer.has('weight_g_idx') ? layer.get('weight_g_idx', ['I32']) : undefined;
  const found = indices && (await readInputGroups(layer, indices, inputs, groups, signal));
  if (found !== undefined && found.size !== Math.min(scaleBlock[1], inputs)) {
    throw layer.error(indices!, `makes groups of ${found.size} inputs, not of ${scaleBlock[1]}`);
  }
  const order = found?.order;
  const shift = symmetric && bits < 4 ? 8 - 2 ** (bits - 1) : 0;
  return linear(layer, {
    type: bits === 8 ? 'U8' : 'U4',
    shape,
    scaleBlock,
    inputOrder: order,
    async elements(signal) {
      if (bits >= 4 && order === undefined) {
        return cropRows(await layer.read(weight, signal), 4 * words, Math.ceil((inputs * bits) / 8));
      }
      const packed = await layer.readWords(weight, signal);
      return repackCodes({ words: packed, rows: outputs, columns: inputs, bits, order, shift });
    },
    scales: (signal) => layer.readFloats(scale, signal),
    zeroPoints: symmetric ? undefined : zeroPointReader(layer, scale, rows, groups, bits),
  });
}

async function readInputs(
  layer: LayerTensors,
  weight: StoredTensor,
  bits: number,
  signal?: AbortSignal,
): Promise<number> {
  const [outputs, words] = weight.shape as [number, number];
  if (!layer.has('weight_shape')) return (words * 32) / bits;
  const tensor = layer.get('weight_shape', ['I64', 'I32']);
  layer.checkShape(tensor, [2]);
  const bytes = await layer.read(tensor, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [rows, inputs] = [0, 1].map((index) =>
    tensor.dataType === 'I64' ? Number(view.getBigInt64(8 * index, true)) : view.getInt32(4 * index, true),
  ) as [number, number];
  if (rows !== outputs || inputs < 1 || words !== Math.ceil((inputs * bits) / 32)) {
    throw layer.error(
      tensor,
      `says [${rows}, ${inputs}], which does not fit ${weight.name} [${weight.shape}] of ${bits} bits`,
    );
  }
  return inputs;
}

function zeroPointReader(
  layer: LayerTensors,
  scale: StoredTensor,
  rows: number,
  groups: number,
  bits: number,
) {
  const zeros = layer.get('weight_zero_point', ['I32', 'I8']);
  if (zeros.dataType === 'I8') {
    layer.checkShape(zeros, scale.shape);
    const middle = 2 ** (bits - 1);
    return async (signal?: AbortSignal) => {
      const points = offsetBytes(await layer.read(zeros, signal));
      const least = 128 - middle;
      if (points.some((point) => point < least || point >= 128 + middle)) {
        throw layer.error(zeros, `has zero points that ${bits} bits do not hold`);
      }
      return points.map((point) => point - least);
    };
  }
  const words = Math.ceil((rows * bits) / 32);
  layer.checkShape(zeros, [words, groups]);
  return async (signal?: AbortSignal) => {
    const packed = transposeWords(await layer.readWords(zeros, signal), words, groups);
    const points = new Uint8Array(rows * groups);
    for (let group = 0; group < groups; group++) {
      unpackBits(packed, group * words, bits, points.subarray(group * rows, (group + 1) * rows));
    }
    return transposeBytes(points, groups, rows);
  };
}
