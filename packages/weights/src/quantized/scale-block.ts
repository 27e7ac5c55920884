import type { StoredTensor } from '../safetensors/stored-tensor.ts';
import type { LayerTensors } from './layer-tensors.ts';

type Pair = readonly [number, number];

/**
 * Which weights share a scale, from the shape of the scales: one number, one per output, one per group of inputs, or one
 * per block. Extents of 1 between those of a block, as ModelOpt writes them, are passed over.
 *
 * @param block what the configuration says, if it does
 */
export function scaleBlockOf(layer: LayerTensors, shape: Pair, scale: StoredTensor, block?: Pair): Pair {
  const [outputs, inputs] = shape;
  const found = scale.shape;
  const flat = found.length === 4 && found[1] === 1 && found[3] === 1 ? [found[0]!, found[2]!] : found;
  const count = flat.reduce((product, extent) => product * extent, 1);
  const [rows, columns] = flat.length === 2 ? [flat[0]!, flat[1]!] : [flat[0] ?? 1, 1];
  if (flat.length <= 2) {
    if (block !== undefined) {
      if (rows === Math.ceil(outputs / block[0]) && columns === Math.ceil(inputs / block[1])) return block;
    } else if (count === 1) return shape;
    else if (rows === Math.ceil(outputs / 128) && columns === Math.ceil(inputs / 128)) return [128, 128];
    else if (count > 0 && outputs % rows === 0 && inputs % columns === 0)
      return [outputs / rows, inputs / columns];
  }
  const blocks = block === undefined ? '' : ` in blocks of [${block}]`;
  throw layer.error(scale, `has the shape [${found}], which does not fit weights of [${shape}]${blocks}`);
}
