import { floatTypes, type LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLinear } from './quantized-layout.ts';
import { offsetBytes } from './rearrange.ts';
import { scaleBlockOf } from './scale-block.ts';

/**
 * A layer whose `weight` is I8 `[outputs, inputs]`, with `weight_scale`.
 *
 * @param symmetric whether there is no `weight_zero_point`, I8 too
 */
export function openInt8(
  layer: LayerTensors,
  symmetric: boolean,
  block?: readonly [number, number],
): QuantizedLinear {
  const weight = layer.matrix('weight', ['I8']);
  const scale = layer.get('weight_scale', floatTypes);
  const scaleBlock = scaleBlockOf(layer, weight.shape, scale, block);
  const zeroPoint = symmetric ? undefined : layer.get('weight_zero_point', ['I8']);
  if (zeroPoint !== undefined) layer.checkShape(zeroPoint, scale.shape);
  return linear(layer, {
    type: 'U8',
    shape: weight.shape,
    scaleBlock,
    elements: async (signal) => offsetBytes(await layer.read(weight, signal)),
    scales: (signal) => layer.readFloats(scale, signal),
    zeroPoints: zeroPoint && (async (signal) => offsetBytes(await layer.read(zeroPoint, signal))),
  });
}
