import { floatTypes, type LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLinear } from './quantized-layout.ts';
import { scaleBlockOf } from './scale-block.ts';

/**
 * A layer whose `weight` is FP8 `[outputs, inputs]`.
 *
 * @param suffix name of the scales, which weights are multiplied with
 * @param block rows and columns per scale, if the configuration says so
 */
export function openFloat8(
  layer: LayerTensors,
  suffix: string,
  block?: readonly [number, number],
): QuantizedLinear {
  const weight = layer.matrix('weight', ['F8_E4M3', 'F8_E5M2']);
  const scale = layer.get(suffix, [...floatTypes, 'F8_E8M0']);
  return linear(layer, {
    type: weight.dataType as 'F8_E4M3' | 'F8_E5M2',
    shape: weight.shape,
    scaleBlock: scaleBlockOf(layer, weight.shape, scale, block),
    elements: (signal) => layer.read(weight, signal),
    scales: (signal) => layer.readFloats(scale, signal),
  });
}
