import { nearestWithin } from '../formats/nearest-integer.ts';
import { e2m1, e4m3, encodeSmallFloat } from '../formats/small-floats.ts';
import { part, type StoredLayer } from './stored-layer.ts';
import { blockCount, blockRanges, encodeWeights, type WeightBlocks } from './weight-blocks.ts';

const round = Math.fround;

/** Scales of ModelOpt's integers: the largest magnitude becomes 7 or 127, and blocks of zeros have 1. */
function integerScales(weights: WeightBlocks, largestCode: number): Float32Array {
  return blockRanges(weights).largest.map((largest) => round(largest / largestCode) || 1);
}

/** `W8A16`: I8 with a scale for each output. */
export function storeModeloptInt8(weights: WeightBlocks): StoredLayer {
  const scales = integerScales(weights, 127);
  const codes = encodeWeights(weights, (value, block) =>
    nearestWithin(round(value / scales[block]!), -128, 127),
  );
  return { weight: part('I8', weights.shape, codes), weight_scale: part('F32', [scales.length], scales) };
}

/** `W4A16_AWQ`: two outputs to a byte. The weights have been multiplied with `pre_quant_scale` before, if there is one. */
export function storeModeloptInt4(weights: WeightBlocks): StoredLayer {
  const [outputs, inputs] = weights.shape;
  const scales = integerScales(weights, 7);
  const codes = encodeWeights(
    weights,
    (value, block) => nearestWithin(round(value / scales[block]!), -8, 7) & 15,
  );
  const bytes = new Uint8Array(codes.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const first = at + Math.floor(at / inputs) * inputs;
    bytes[at] = codes[first]! | (codes[first + inputs]! << 4);
  }
  return {
    weight: part('U8', [outputs / 2, inputs], bytes),
    weight_scale: part('F32', [outputs, scales.length / outputs], scales),
  };
}

/** `NVFP4`. @param largest of the layers that share `weight_scale_2`; default: of this one */
export function storeModeloptFloat4(weights: WeightBlocks, largest?: number): StoredLayer {
  const ranges = blockRanges(weights);
  const global =
    round((largest ?? ranges.largest.reduce((most, value) => Math.max(most, value), 0)) / (6 * 448)) || 1;
  const scaleCodes = Uint8Array.from(ranges.largest, (value) =>
    encodeSmallFloat(e4m3, Math.max(round(value / round(6 * global)) || 1, 2 ** -9)),
  );
  const scales = Float32Array.from(scaleCodes, (code) => e4m3.values[code]! * global);
  return {
    weight: storeFloat4(weights, scales),
    weight_scale: part('F8_E4M3', [weights.shape[0], blockCount(weights) / weights.shape[0]], scaleCodes),
    weight_scale_2: part('F32', [], Float32Array.of(global)),
  };
}

/** Weights divided by the scale of their block, as E2M1, the first of two in the low bits. */
export function storeFloat4(weights: WeightBlocks, scales: Float32Array) {
  // A zero has no sign.
  const codes = encodeWeights(weights, (value, block) =>
    value === 0 ? 0 : encodeSmallFloat(e2m1, round(value / scales[block]!)),
  );
  const bytes = new Uint8Array(codes.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = codes[2 * at]! | (codes[2 * at + 1]! << 4);
  return part('U8', [weights.shape[0], weights.shape[1] / 2], bytes);
}
