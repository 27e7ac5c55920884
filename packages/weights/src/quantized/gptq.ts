import { UnsupportedError } from '@llamella/spec';
import type { StoredTensor, StoredTensors } from '../safetensors/stored-tensor.ts';
import { repackCodes } from './code-rows.ts';
import { type InputGroups, readInputGroups } from './input-groups.ts';
import { floatTypes, LayerTensors } from './layer-tensors.ts';
import { linear } from './linear.ts';
import type { QuantizedLayout, QuantizedLinear } from './quantized-layout.ts';
import { cropRows, transposeBytes, transposeFloats, transposeWords, unpackBits } from './rearrange.ts';
import type { Settings } from './settings.ts';

interface GptqOptions {
  readonly bits: number;
  /** Inputs per group, or -1 for all. */
  readonly group: number;
  readonly symmetric: boolean;
  /** Whether inputs may lie in groups in any order, which `g_idx` says. */
  readonly ordered: boolean;
  /** Added to stored zero points: 1 in the first version of the format. */
  readonly zeroPointOffset: 0 | 1;
}

/**
 * GPTQ as AutoGPTQ and GPTQModel store it: `qweight` I32 `[inputs * bits / 32, outputs]` packed along the inputs,
 * `qzeros` I32 `[groups, outputs * bits / 32]`, `scales` `[groups, outputs]` and `g_idx` I32 `[inputs]`. A weight is
 * `(code - zeroPoint) * scale`. Codes of 2 and 3 bits become U4.
 */
export function gptqLayout(settings: Settings): QuantizedLayout {
  const format = settings.text('checkpoint_format') ?? settings.text('format') ?? 'gptq';
  if ((format !== 'gptq' && format !== 'gptq_v2') || settings.flag('is_marlin_format')) {
    throw new UnsupportedError(
      `${settings.file}: gptq in the format ${settings.flag('is_marlin_format') ? 'marlin' : format}`,
      'use a model in the format gptq or gptq_v2',
    );
  }
  const bits = settings.integer('bits', 1) ?? 4;
  if (![2, 3, 4, 8].includes(bits)) {
    throw new UnsupportedError(`${settings.file}: gptq with ${bits} bits`, 'use one with 2, 3, 4 or 8 bits');
  }
  const dynamic = settings.object('dynamic');
  if (dynamic?.keys.some((key) => !key.startsWith('-:'))) {
    throw new UnsupportedError(
      `${settings.file}: gptq with other settings for some layers (dynamic)`,
      'use a model that is quantized alike throughout',
    );
  }
  const group = settings.group('group_size') ?? 128;
  const symmetric = settings.flag('sym');
  const ordered = settings.flag('desc_act') && group !== -1;
  const zeroPointOffset = format === 'gptq' ? 1 : 0;
  const options: GptqOptions = { bits, group, symmetric, ordered, zeroPointOffset };
  const method = `gptq ${bits}-bit, ${group === -1 ? 'one group per output' : `group ${group}`}`;
  return {
    method,
    notes: [],
    async open(module, stored: StoredTensors, signal) {
      const layer = new LayerTensors(module, stored, method, settings.model);
      return layer.has('qweight') ? openGptq(layer, options, signal) : undefined;
    },
    leavesOut: () => false,
  };
}

async function openGptq(
  layer: LayerTensors,
  { bits, group, symmetric, ordered, zeroPointOffset }: GptqOptions,
  signal?: AbortSignal,
): Promise<QuantizedLinear> {
  const weight = layer.matrix('qweight', ['I32']);
  const scale = layer.matrix('scales', floatTypes);
  const zeros = layer.matrix('qzeros', ['I32']);
  const [wordRows, outputs] = weight.shape;
  const groups = scale.shape[0];
  layer.checkShape(scale, [groups, outputs]);
  const indices = ordered || layer.has('g_idx') ? layer.get('g_idx', ['I32']) : undefined;
  const inputs = countInputs(layer, weight, indices, bits);
  const size = group === -1 ? inputs : Math.min(group, inputs);
  if (groups !== Math.ceil(inputs / size)) {
    throw layer.error(
      scale,
      `has ${groups} groups; ${inputs} inputs in groups of ${size} make ${Math.ceil(inputs / size)}`,
    );
  }
  const zeroWords = Math.ceil((outputs * bits) / 32);
  layer.checkShape(zeros, [groups, zeroWords], [groups, Math.ceil(outputs / 32) * bits]);
  const found: InputGroups = (indices && (await readInputGroups(layer, indices, inputs, groups, signal))) ?? {
    size,
  };
  if (found.size !== size)
    throw layer.error(indices!, `makes groups of ${found.size} inputs, not of ${size}`);
  const { order } = found;
  const middle = 2 ** (bits - 1);
  // With the usual zero point 2^(bits-1) codes are moved to where that of U4 is, and none need be stored.
  const shift = symmetric && bits < 4 ? 8 - middle : 0;
  const readZeroPoints = async (signal?: AbortSignal) => {
    const words = await layer.readWords(zeros, signal);
    const points = new Uint8Array(groups * outputs);
    for (let at = 0; at < groups; at++) {
      const row = points.subarray(at * outputs, (at + 1) * outputs);
      unpackBits(words, at * zeros.shape[1], bits, row);
      for (let output = 0; output < outputs; output++)
        row[output] = (row[output]! + zeroPointOffset) & (2 ** bits - 1);
    }
    if (symmetric && points.some((point) => point !== middle)) {
      throw layer.error(
        zeros,
        `has zero points other than ${middle}, which the configuration says by "sym": true`,
      );
    }
    return transposeBytes(points, groups, outputs);
  };
  return linear(layer, {
    type: bits === 8 ? 'U8' : 'U4',
    shape: [outputs, inputs],
    scaleBlock: [1, size],
    inputOrder: order,
    async elements(signal) {
      const words = transposeWords(await layer.readWords(weight, signal), wordRows, outputs);
      const bytes = new Uint8Array(words.buffer);
      if (bits >= 4 && order === undefined)
        return cropRows(bytes, 4 * wordRows, Math.ceil((inputs * bits) / 8));
      return repackCodes({ words, rows: outputs, columns: inputs, bits, order, shift });
    },
    async scales(signal) {
      if (symmetric) await readZeroPoints(signal);
      return transposeFloats(await layer.readFloats(scale, signal), groups, outputs);
    },
    zeroPoints: symmetric ? undefined : readZeroPoints,
  });
}

/** As many as `g_idx` has, or as fit into the words. */
function countInputs(
  layer: LayerTensors,
  weight: StoredTensor,
  indices: StoredTensor | undefined,
  bits: number,
): number {
  const words = weight.shape[0]!;
  const most = Math.floor((words * 32) / bits);
  const inputs = indices?.shape[0] ?? most;
  if (words !== Math.ceil((inputs * bits) / 32) && words !== Math.ceil(inputs / 32) * bits) {
    throw layer.error(
      weight,
      `has ${words} words for each output, which do not hold ${inputs} codes of ${bits} bits`,
    );
  }
  return inputs;
}
