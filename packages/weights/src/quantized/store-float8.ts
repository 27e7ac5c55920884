import { e4m3, encodeSmallFloat } from '../formats/small-floats.ts';
import { part, type StoredLayer } from './stored-layer.ts';
import { blockRanges, encodeWeights, type WeightBlocks } from './weight-blocks.ts';

const round = Math.fround;

/** What the parts are called and how they are computed. */
export interface Float8Naming {
  /** Name of the scales. */
  readonly suffix: string;
  readonly scaleShape: readonly number[];
  /**
   * `divide`: weights are divided by `largest / 448`. `multiply`: weights are multiplied with `448 * (1 / largest)`, and the
   * inverse is stored, as transformers and fbgemm do.
   */
  readonly by: 'divide' | 'multiply';
  /** Largest weight of the layers that share the scale. Default: of this one. */
  readonly largest?: number | undefined;
}

export function storeFloat8(weights: WeightBlocks, naming: Float8Naming): StoredLayer {
  const ranges = blockRanges(weights);
  const largest = naming.largest === undefined ? ranges.largest : Float32Array.of(naming.largest);
  const factors = largest.map((value) => {
    if (value === 0) return 1;
    // PyTorch divides a number by a tensor in two steps.
    return naming.by === 'divide' ? value / e4m3.largest : e4m3.largest * round(1 / value);
  });
  const codes = encodeWeights(weights, (value, block) => {
    const factor = factors[block]!;
    return encodeSmallFloat(e4m3, round(naming.by === 'divide' ? value / factor : value * factor));
  });
  const scales = naming.by === 'divide' ? factors : factors.map((factor) => 1 / factor);
  return {
    weight: part('F8_E4M3', weights.shape, codes),
    [naming.suffix]: part('F32', naming.scaleShape, scales),
  };
}
