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
  if (inputs % 8 !== 0) throw layer.error(weight, `has ${inputs} inputs, not a multiple of 8`);
  const scale = layer.get('weight_scale', [...floatTypes, 'F8_E4M3']);
  const block = group === undefined ? undefined : ([1, group] as const);
  const scaleBlock = scaleBlockOf(layer, [outputs, inputs], scale, block);
  const second = layer.has('weight_scale_2') ? layer.get('weight_scale_2', floatTypes) : undefined;
  if (second !== undefined) layer.checkShape(second, [], [1]);
  return linear(layer, {
    type: 'U4',
    shape: [outputs, inputs],
    scaleBlock,
    elements: async (signal) => splitOutputs(await layer.readWords(weight, signal), pairs, inputs),
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

/** Bytes of two outputs for one input become words of eight inputs for one output, with 8 added to every code. */
function splitOutputs(words: Uint32Array, pairs: number, inputs: number): Uint8Array {
  const rowWords = inputs / 8;
  const to = new Uint32Array(words.length);
  for (let pair = 0, from = 0; pair < pairs; pair++) {
    const at = 2 * pair * rowWords;
    for (let index = at; index < at + rowWords; index++) {
      const low = words[from++]!;
      const high = words[from++]!;
      to[index] = (gather(low) | (gather(high) << 16)) ^ 0x88888888;
      to[index + rowWords] = (gather(low >>> 4) | (gather(high >>> 4) << 16)) ^ 0x88888888;
    }
  }
  return new Uint8Array(to.buffer);
}

/** The low nibbles of four bytes, side by side. */
function gather(word: number): number {
  const pairs = (word & 0x0f0f0f0f) | ((word & 0x0f0f0f0f) >>> 4);
  return (pairs & 0xff) | ((pairs >>> 8) & 0xff00);
}
