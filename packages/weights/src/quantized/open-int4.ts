import { floatTypes, type LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLinear } from './quantized-layout.ts';
import { scaleBlockOf } from './scale-block.ts';

/**
 * A layer of ModelOpt's INT4: `weight` U8 `[outputs / 2, inputs]`, two outputs to a byte in two's complement, and
 * `weight_scale` `[outputs, inputs / group]`. With W4A8 `weight_scale_2` belongs to the arithmetic in FP8, and weights are
 * multiplied with it only where the first scales are stored in FP8.
 */
export function openInt4(layer: LayerTensors, group?: number): QuantizedLinear {
  const weight = layer.matrix('weight', ['U8']);
  const [pairs, inputs] = weight.shape;
  const outputs = 2 * pairs;
  const scale = layer.get('weight_scale', [...floatTypes, 'F8_E4M3']);
  const block = group === undefined ? undefined : ([1, group] as const);
  const scaleBlock = scaleBlockOf(layer, [outputs, inputs], scale, block);
  const second = layer.has('weight_scale_2') ? layer.get('weight_scale_2', floatTypes) : undefined;
  if (second !== undefined) layer.checkShape(second, [], [1]);
  return linear(layer, {
    type: 'U4',
    shape: [outputs, inputs],
    scaleBlock,
    elements: async (signal) => splitOutputs(await layer.read(weight, signal), pairs, inputs),
    async scales(signal) {
      const scales = await layer.readFloats(scale, signal);
      const factor = second && (await layer.readFloats(second, signal))[0]!;
      if (factor === undefined || scale.dataType !== 'F8_E4M3') return scales;
      const products = scales.map((value) => value * factor);
      if (!products.every(Number.isFinite)) throw layer.error(scale, 'has scales that are not finite');
      return products;
    },
  });
}

/** Bytes of two outputs for one input become bytes of two inputs for one output, with 8 added to every code. */
function splitOutputs(bytes: Uint8Array, pairs: number, inputs: number): Uint8Array {
  const rowBytes = Math.ceil(inputs / 2);
  const to = new Uint8Array(2 * pairs * rowBytes);
  for (let pair = 0; pair < pairs; pair++) {
    const row = bytes.subarray(pair * inputs, (pair + 1) * inputs);
    const at = 2 * pair * rowBytes;
    for (let column = 0; column < rowBytes; column++) {
      const first = row[2 * column]! ^ 0x88;
      const second = 2 * column + 1 < inputs ? row[2 * column + 1]! ^ 0x88 : 0;
      to[at + column] = (first & 15) | ((second & 15) << 4);
      to[at + rowBytes + column] = (first >> 4) | (second & 0xf0);
    }
  }
  return to;
}
