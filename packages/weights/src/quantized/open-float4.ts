import type { StoredDataType } from '../safetensors/stored-tensor.ts';
import { floatTypes, type LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLinear } from './quantized-layout.ts';

/** Where the parts of a layer in FP4 lie and what they mean. */
export interface Float4Names {
  /** U8 `[outputs, inputs / 2]`, the first of two codes in the low bits. */
  readonly weight: string;
  /** Types of `weight_scale` `[outputs, inputs / group]`: E4M3, or exponents as U8. */
  readonly scaleTypes: readonly StoredDataType[];
  /** One number for the layer, if there is one. */
  readonly globalScale?: string;
  /** Whether scales are divided by that number instead of multiplied with it. */
  readonly divides?: boolean;
  /** Inputs per scale; as many as the shapes say, if it is not given. */
  readonly group?: number | undefined;
}

/** A layer in E2M1: NVFP4 as ModelOpt and compressed-tensors store it, and MXFP4. */
export function openFloat4(layer: LayerTensors, names: Float4Names): QuantizedLinear {
  const weight = layer.matrix(names.weight, ['U8', 'F4']);
  const [outputs, pairs] = weight.shape;
  // A file that knows the type F4 counts elements, not bytes.
  const inputs = weight.dataType === 'F4' ? pairs : 2 * pairs;
  const scale = layer.matrix('weight_scale', names.scaleTypes);
  const [rows, groups] = scale.shape;
  const group = names.group ?? inputs / groups;
  if (rows !== outputs || groups * group !== inputs || !Number.isInteger(group)) {
    const wanted = names.group === undefined ? '' : ` in groups of ${names.group}`;
    throw layer.error(
      scale,
      `has the shape [${scale.shape}], which does not fit weights of [${outputs},${inputs}]${wanted}`,
    );
  }
  const globalScale = names.globalScale === undefined ? undefined : layer.get(names.globalScale, floatTypes);
  if (globalScale !== undefined) layer.checkShape(globalScale, [], [1]);
  return linear(layer, {
    type: 'F4_E2M1',
    shape: [outputs, inputs],
    scaleBlock: [1, group],
    elements: (signal) => layer.read(weight, signal),
    async scales(signal) {
      const scales = await layer.readFloats(scale, signal);
      if (globalScale === undefined) return scales;
      const factor = (await layer.readFloats(globalScale, signal))[0]!;
      if (names.divides && factor === 0) throw layer.error(globalScale, 'is 0');
      const products = scales.map((value) => (names.divides ? value / factor : value * factor));
      if (!products.every(Number.isFinite))
        throw layer.error(globalScale, `makes scales that are not finite: ${factor}`);
      return products;
    },
  });
}
