import { toFloat16 } from '../formats/float16.ts';
import { nearestInteger, nearestWithin } from '../formats/nearest-integer.ts';
import { packWords } from './pack-words.ts';
import { transposeBytes, transposeFloats, transposeWords } from './rearrange.ts';
import { part, type StoredLayer } from './stored-layer.ts';
import { blockRanges, encodeWeights, type WeightBlocks } from './weight-blocks.ts';

const round = Math.fround;

/** Options of GPTQ's layout. */
export interface GptqStorage {
  readonly bits: 2 | 3 | 4 | 8;
  readonly symmetric: boolean;
  /** 1 stores zero points less 1. */
  readonly version: 1 | 2;
}

/** GPTQ's layout and its grid, without its search: every weight is rounded to nearest. */
export function storeGptq(weights: WeightBlocks, { bits, symmetric, version }: GptqStorage): StoredLayer {
  const [outputs, inputs] = weights.shape;
  const { least, most, largest } = blockRanges(weights);
  const codeCount = 2 ** bits;
  const scales = largest.map((magnitude, group) => {
    if (magnitude === 0) return 2 / (codeCount - 1);
    const high = symmetric ? magnitude : most[group]!;
    const low = symmetric && least[group]! < 0 ? -high : least[group]!;
    return round(high - low) / (codeCount - 1);
  });
  const points = Uint8Array.from(scales, (scale, group) => {
    if (symmetric) return codeCount / 2;
    return nearestInteger(round((largest[group] === 0 ? 1 : -least[group]!) / scale));
  });
  const codes = encodeWeights(weights, (value, group) => {
    const scale = scales[group]!;
    return nearestWithin(round(round(value + round(points[group]! * scale)) / scale), 0, codeCount - 1);
  });
  const groups = scales.length / outputs;
  // Packed along the inputs: the rows of words become columns.
  const width = (inputs * bits) / 32;
  const words = new Uint32Array(packWords(codes, inputs, bits).slice().buffer);
  const storedPoints = points.map((point) => (version === 1 ? point - 1 : point) & (codeCount - 1));
  return {
    qweight: part('I32', [width, outputs], transposeWords(words, outputs, width)),
    qzeros: part(
      'I32',
      [groups, (outputs * bits) / 32],
      packWords(transposeBytes(storedPoints, outputs, groups), outputs, bits),
    ),
    scales: part(
      'F16',
      [groups, outputs],
      Uint16Array.from(transposeFloats(scales, outputs, groups), toFloat16),
    ),
    g_idx: part(
      'I32',
      [inputs],
      Int32Array.from({ length: inputs }, (_, input) => Math.floor(input / weights.block[1])),
    ),
  };
}
