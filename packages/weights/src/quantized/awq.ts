import { UnsupportedError } from '@llamella/spec';
import { checkPlain } from './check-plain.ts';
import { floatTypes, LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLayout, QuantizedLinear } from './quantized-layout.ts';
import { cropRows, transposeBytes, transposeFloats, unpackBits } from './rearrange.ts';
import type { Settings } from './settings.ts';
import { transposeNibbles } from './transpose-nibbles.ts';

/** Place of column `8 * word + i` among the eight codes of a word, as AutoAWQ's GEMM kernel wants them. */
const slots = [0, 4, 1, 5, 2, 6, 3, 7] as const;

/** Layouts that differ in what a loader makes of them, not in the file. */
const gemmVersions = ['gemm', 'exllama', 'exllamav2', 'ipex'];

/**
 * AWQ as AutoAWQ stores it, for its kernels GEMM (`qweight` I32 `[inputs, outputs / 8]`) and GEMV (`[outputs, inputs / 8]`).
 * A weight is `(code - zeroPoint) * scale`. The configuration has the keys of config.json or the older ones of
 * quant_config.json.
 */
export function awqLayout(settings: Settings): QuantizedLayout {
  const version = (
    settings.text('version') ??
    settings.text('checkpoint_format') ??
    settings.text('format') ??
    'gemm'
  ).toLowerCase();
  const gemm = gemmVersions.includes(version);
  if (!gemm && version !== 'gemv') {
    throw new UnsupportedError(
      `${settings.file}: awq in the version ${version}`,
      'use a model in the version gemm or gemv',
    );
  }
  const bits = settings.integer('bits', 1) ?? settings.integer('w_bit', 1) ?? 4;
  if (bits !== 4)
    throw new UnsupportedError(`${settings.file}: awq with ${bits} bits`, 'use one with 4 bits');
  const group = settings.group('group_size') ?? settings.group('q_group_size') ?? 128;
  const hasZeroPoints = settings.flag('zero_point');
  const exceptions = settings.texts('modules_to_not_convert');
  const method = `awq ${gemm ? 'gemm' : 'gemv'} 4-bit, ${group === -1 ? 'one group per output' : `group ${group}`}`;
  return {
    method,
    notes: [],
    async open(module, stored) {
      const layer = new LayerTensors(module, stored, method, settings.model);
      if (!layer.has('qweight')) return undefined;
      checkPlain(layer, module, exceptions, 'qweight');
      return gemm ? openGemm(layer, group, hasZeroPoints) : openGemv(layer, group);
    },
    leavesOut: () => false,
  };
}

function openGemm(layer: LayerTensors, group: number, hasZeroPoints: boolean): QuantizedLinear {
  const weight = layer.matrix('qweight', ['I32']);
  const [inputs, wordColumns] = weight.shape;
  const outputs = 8 * wordColumns;
  if (inputs % 8 !== 0) throw layer.error(weight, `has ${inputs} inputs, not a multiple of 8`);
  const size = group === -1 ? inputs : Math.min(group, inputs);
  const groups = countGroups(layer, weight, inputs, size);
  const scale = layer.matrix('scales', floatTypes);
  layer.checkShape(scale, [groups, outputs]);
  const zeros = hasZeroPoints || layer.has('qzeros') ? layer.matrix('qzeros', ['I32']) : undefined;
  if (zeros !== undefined) layer.checkShape(zeros, [groups, wordColumns]);
  return linear(layer, {
    type: 'U4',
    shape: [outputs, inputs],
    scaleBlock: [1, size],
    elements: async (signal) => pairInputs(await layer.readWords(weight, signal), inputs, wordColumns),
    scales: async (signal) => transposeFloats(await layer.readFloats(scale, signal), groups, outputs),
    zeroPoints:
      zeros &&
      (async (signal) => {
        const words = await layer.readWords(zeros, signal);
        const points = Uint8Array.from(
          { length: groups * outputs },
          (_, at) => (words[at >> 3]! >>> (4 * slots[at & 7]!)) & 15,
        );
        return transposeBytes(points, groups, outputs);
      }),
  });
}

/** Words of eight outputs for one input become words of eight inputs for one output. */
function pairInputs(words: Uint32Array, inputs: number, wordColumns: number): Uint8Array {
  const rowWords = inputs / 8;
  const turned = new Uint32Array(words.length);
  const square = new Uint32Array(8);
  for (let column = 0; column < wordColumns; column++) {
    for (let at = 0; at < rowWords; at++) {
      for (let input = 0; input < 8; input++) square[input] = words[(8 * at + input) * wordColumns + column]!;
      transposeNibbles(square);
      for (let output = 0; output < 8; output++) {
        turned[(8 * column + output) * rowWords + at] = square[slots[output]!]!;
      }
    }
  }
  return new Uint8Array(turned.buffer);
}

function openGemv(layer: LayerTensors, group: number): QuantizedLinear {
  const weight = layer.matrix('qweight', ['I32']);
  const [outputs, words] = weight.shape;
  const inputs = 8 * words;
  const size = group === -1 ? inputs : Math.min(group, inputs);
  const groups = countGroups(layer, weight, inputs, size);
  const zeros = layer.matrix('qzeros', ['I32']);
  // Padded with groups that do not exist.
  const width = zeros.shape[1];
  if (zeros.shape[0] !== outputs || 8 * width < groups) {
    throw layer.error(
      zeros,
      `has the shape [${zeros.shape}], which has no room for ${groups} groups of ${outputs} outputs`,
    );
  }
  const scale = layer.matrix('scales', floatTypes);
  layer.checkShape(scale, [outputs, 8 * width]);
  return linear(layer, {
    type: 'U4',
    shape: [outputs, inputs],
    scaleBlock: [1, size],
    elements: (signal) => layer.read(weight, signal),
    async scales(signal) {
      const scales = await layer.readFloats(scale, signal);
      const cropped = cropRows(new Uint8Array(scales.buffer), 32 * width, 4 * groups);
      return new Float32Array(cropped.buffer, cropped.byteOffset, outputs * groups);
    },
    async zeroPoints(signal) {
      const packed = await layer.readWords(zeros, signal);
      const points = new Uint8Array(outputs * groups);
      for (let output = 0; output < outputs; output++) {
        unpackBits(packed, output * width, 4, points.subarray(output * groups, (output + 1) * groups));
      }
      return points;
    },
  });
}

function countGroups(layer: LayerTensors, weight: { name: string }, inputs: number, size: number): number {
  if (inputs % size !== 0)
    throw layer.error(weight, `has ${inputs} inputs, which are not whole groups of ${size}`);
  return inputs / size;
}
