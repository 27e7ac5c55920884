import { float16Values, toFloat16 } from '../formats/float16.ts';
import { nearestInteger, nearestWithin } from '../formats/nearest-integer.ts';
import { packWords } from './pack-words.ts';
import { transposeBytes, transposeWords } from './rearrange.ts';
import { part, type StoredLayer } from './stored-layer.ts';
import { blockRanges, encodeWeights, type WeightBlocks } from './weight-blocks.ts';

/** A float32 as float16 holds it. */
const half = (value: number) => float16Values()[toFloat16(value)]!;
/** Column of a word that each of its eight places holds, for AutoAWQ's GEMM kernel. */
const columns = [0, 2, 4, 6, 1, 3, 5, 7] as const;

/** AutoAWQ's layouts, without its search for scales. Every step is rounded to float16, as there. */
export function storeAwq(weights: WeightBlocks, version: 'gemm' | 'gemv'): StoredLayer {
  const [outputs, inputs] = weights.shape;
  const halves = { ...weights, values: weights.values.map(half) };
  const { least, most } = groupRanges(halves);
  const scales = least.map((low, group) => half(half(Math.max(half(most[group]! - low), half(1e-5))) / 15));
  const points = Uint8Array.from(least, (low, group) =>
    Math.max(0, Math.min(15, -nearestInteger(half(low / scales[group]!)))),
  );
  const codes = encodeWeights(halves, (value, group) => {
    const scale = scales[group]!;
    const point = points[group]!;
    const code = nearestWithin(nearestInteger(half(value / scale)) + point, 0, 15);
    // What the layer then packs is made from the decoded weight again.
    return nearestInteger(half(half(half((code - point) * scale) + half(point * scale)) / scale));
  });
  const groups = scales.length / outputs;
  const bits = Uint16Array.from(scales, toFloat16);
  if (version === 'gemm') {
    const pack = (from: Uint8Array, rows: number) => {
      const turned = transposeBytes(from, outputs, rows);
      return packWords(
        turned.map((_, at) => turned[(at & ~7) + columns[at & 7]!]!),
        outputs,
        4,
      );
    };
    return {
      qweight: part('I32', [inputs, outputs / 8], pack(codes, inputs)),
      qzeros: part('I32', [groups, outputs / 8], pack(points, groups)),
      scales: part('F16', [groups, outputs], transpose16(bits, outputs, groups)),
    };
  }
  const multiple = Math.max(1, 128 / weights.block[1]);
  const width = Math.ceil(Math.ceil(groups / 8) / multiple) * multiple;
  const widePoints = new Uint8Array(outputs * 8 * width);
  const wideScales = new Uint16Array(outputs * 8 * width);
  for (let output = 0; output < outputs; output++) {
    widePoints.set(points.subarray(output * groups, (output + 1) * groups), output * 8 * width);
    wideScales.set(bits.subarray(output * groups, (output + 1) * groups), output * 8 * width);
  }
  return {
    qweight: part('I32', [outputs, inputs / 8], packWords(codes, inputs, 4)),
    qzeros: part('I32', [outputs, width], packWords(widePoints, 8 * width, 4)),
    scales: part('F16', [outputs, 8 * width], wideScales),
  };
}

function transpose16(values: Uint16Array, rows: number, columns: number): Uint16Array {
  return Uint16Array.from(transposeWords(Uint32Array.from(values), rows, columns));
}

/** Ranges without zero: AutoAWQ's do not reach it by themselves. */
function groupRanges(weights: WeightBlocks) {
  const { least, most } = blockRanges(weights);
  const lowest = least.map(() => Number.POSITIVE_INFINITY);
  const highest = most.map(() => Number.NEGATIVE_INFINITY);
  encodeWeights(weights, (value, group) => {
    if (value < lowest[group]!) lowest[group] = value;
    if (value > highest[group]!) highest[group] = value;
    return 0;
  });
  return { least: lowest, most: highest };
}
