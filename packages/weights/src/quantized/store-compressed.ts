import { encodeTensor } from '../formats/encode-tensor.ts';
import { nearestInteger, nearestWithin } from '../formats/nearest-integer.ts';
import { e4m3, encodeSmallFloat } from '../formats/small-floats.ts';
import { packWords } from './pack-words.ts';
import { transposeBytes, transposeWords } from './rearrange.ts';
import { storeFloat4 } from './store-modelopt.ts';
import { part, type StoredLayer } from './stored-layer.ts';
import { toFloats } from './to-floats.ts';
import { blockCount, blockRanges, encodeWeights, type WeightBlocks } from './weight-blocks.ts';

const round = Math.fround;
/** float32's, which the library puts where a scale would be 0. */
const epsilon = 2 ** -23;

/** `float-quantized`. @param scaleType of `weight_scale`; codes are chosen for the scales as they are stored */
export function storeCompressedFloat8(
  weights: WeightBlocks,
  scaleShape: readonly number[],
  scaleType: 'F32' | 'BF16',
): StoredLayer {
  const exact = blockRanges(weights).largest.map((largest) => round(largest / e4m3.largest) || epsilon);
  const bytes = encodeTensor(scaleType, exact, [exact.length]);
  const scales = toFloats(scaleType, bytes);
  const codes = encodeWeights(weights, (value, block) =>
    encodeSmallFloat(e4m3, round(value / scales[block]!)),
  );
  return {
    weight: part('F8_E4M3', weights.shape, codes),
    weight_scale: part(scaleType, scaleShape, bytes),
  };
}

/** Options of integers: `packed` are those of pack-quantized, the others I8. */
export interface CompressedIntegers {
  readonly bits: 4 | 8;
  readonly symmetric: boolean;
  readonly packed: boolean;
}

/** `int-quantized` and `pack-quantized`. The range of a block is that of its weights and zero, divided by all codes. */
export function storeCompressedIntegers(
  weights: WeightBlocks,
  { bits, symmetric, packed }: CompressedIntegers,
): StoredLayer {
  const [outputs, inputs] = weights.shape;
  const { least, most, largest } = blockRanges(weights);
  const middle = 2 ** (bits - 1);
  const range = 2 * middle - 1;
  const exact = largest.map((value, block) =>
    symmetric ? value / (range / 2) : round(most[block]! - least[block]!) / range,
  );
  const zeroPoints = Int8Array.from(exact, (scale, block) => {
    if (symmetric || scale === 0) return 0;
    return nearestWithin(round(-middle - round(least[block]! / scale)), -middle, middle - 1);
  });
  const scales = exact.map((scale) => scale || epsilon);
  const codes = encodeWeights(weights, (value, block) => {
    const moved = round(round(value / scales[block]!) + zeroPoints[block]!);
    return nearestInteger(Math.max(-middle, Math.min(middle - 1, moved))) + (packed ? middle : 0);
  });
  const groups = blockCount(weights) / outputs;
  const weight_scale = part('F32', [outputs, groups], scales);
  if (!packed) {
    const weight = part('I8', weights.shape, codes);
    return symmetric
      ? { weight, weight_scale }
      : { weight, weight_scale, weight_zero_point: part('I8', [outputs, groups], zeroPoints) };
  }
  const layer = {
    weight_packed: part('I32', [outputs, Math.ceil((inputs * bits) / 32)], packWords(codes, inputs, bits)),
    weight_scale,
    weight_shape: part('I64', [2], BigInt64Array.of(BigInt(outputs), BigInt(inputs))),
  };
  if (symmetric) return layer;
  // Packed along the outputs: the words of one group and 32 bits of outputs lie in one column.
  const points = transposeBytes(
    Uint8Array.from(zeroPoints, (point) => point + middle),
    outputs,
    groups,
  );
  const width = Math.ceil((outputs * bits) / 32);
  const words = new Uint32Array(packWords(points, outputs, bits).slice().buffer);
  return { ...layer, weight_zero_point: part('I32', [width, groups], transposeWords(words, groups, width)) };
}

/** `nvfp4-pack-quantized`. @param largest of the layers that share `weight_global_scale`; default: of this one */
export function storeCompressedFloat4(weights: WeightBlocks, largest?: number): StoredLayer {
  const ranges = blockRanges(weights);
  const most = largest ?? ranges.largest.reduce((most, value) => Math.max(most, value), 0);
  const global = round(448 * 6 * round(1 / Math.max(most, 2 ** -126)));
  const scaleCodes = Uint8Array.from(ranges.largest, (value) =>
    encodeSmallFloat(e4m3, round(global * round(value / 6))),
  ).map((code) => code || encodeSmallFloat(e4m3, 0.125));
  const scales = Float32Array.from(scaleCodes, (code) => e4m3.values[code]! / global);
  return {
    weight_packed: storeFloat4(weights, scales),
    weight_scale: part('F8_E4M3', [weights.shape[0], blockCount(weights) / weights.shape[0]], scaleCodes),
    weight_global_scale: part('F32', [1], Float32Array.of(global)),
  };
}

/** `mxfp4-pack-quantized`: powers of two, rounded up from 7/4 of one on. */
export function storeCompressedMxFloat4(weights: WeightBlocks): StoredLayer {
  const bits = new Uint32Array(blockRanges(weights).largest.buffer);
  const exponents = Uint8Array.from(bits, (pattern) => Math.max(0, ((pattern + 2 ** 21) >>> 23) - 2));
  const scales = Float32Array.from(exponents, (exponent) => 2 ** (exponent - 127));
  return {
    weight_packed: storeFloat4(weights, scales),
    weight_scale: part('U8', [weights.shape[0], blockCount(weights) / weights.shape[0]], exponents),
  };
}
