import type { TensorType } from '@llamella/spec';
import type { BlockSize, LinearForm } from '../linear-form.ts';
import type { LinearRole, Profile } from './profile.ts';
import { scaledForm, scaledTypes } from './scaled-form.ts';

type BlockForm = Extract<LinearForm, { kind: 'blocks' }>;

/** A format whose scales stand for `scaleLength` weights, without a minimum. */
function blocks(bits: 4 | 8, scaleLength: 16 | 32): BlockForm {
  const kind = 'blocks';
  return { kind, bits, blockSize: scaleLength, scaleLength, accuracyLevel: 4, minimums: 'none', bound: 0 };
}

/** The same with a minimum, folded into further inputs; 8 bits write its remainder more finely than two times 4. */
function foldedBlocks(bits: 4 | 8, scaleLength: 16 | 32): BlockForm {
  return { ...blocks(bits, scaleLength), minimums: 'folded', bound: bits === 4 ? 1 / 400 : 1 / 500 };
}

/** Integers of up to 4 bits are packed in 4, others in 8: IQ and MXFP4 types as the integers of their tables. */
const forms: Partial<Record<TensorType, LinearForm>> = {
  F32: { kind: 'float' },
  F16: { kind: 'float' },
  BF16: { kind: 'float' },
  Q4_0: blocks(4, 32),
  Q4_1: foldedBlocks(4, 32),
  Q5_0: blocks(8, 32),
  Q5_1: foldedBlocks(8, 32),
  Q8_0: blocks(8, 32),
  Q2_K: foldedBlocks(4, 16),
  Q3_K: blocks(4, 16),
  Q4_K: foldedBlocks(4, 32),
  Q5_K: foldedBlocks(8, 32),
  Q6_K: blocks(8, 16),
  IQ4_NL: blocks(8, 32),
  IQ4_XS: blocks(8, 32),
  TQ1_0: blocks(4, 32),
  TQ2_0: blocks(4, 32),
  MXFP4: blocks(8, 32),
  IQ1_S: blocks(8, 32),
  IQ1_M: blocks(8, 16),
  IQ2_XXS: blocks(8, 32),
  IQ2_XS: blocks(8, 16),
  IQ2_S: blocks(8, 16),
  IQ3_XXS: blocks(8, 32),
  IQ3_S: blocks(8, 32),
  NVFP4: blocks(8, 16),
  Q1_0: blocks(4, 32),
  Q2_0: blocks(4, 32),
};

/**
 * Longest block of weights with scales behind them, which may have one for a whole row. Blocks of 128 run 1.5 times as
 * fast as those of 32 and take 15 percent less memory, but one outlier spoils more of their activations: SmolLM2-135M in
 * groups of 64 diverges from float32 activations by 0.0030 nats in blocks of 32, 0.0053 in blocks of 64, and 0.0035 with
 * 32 in these two roles and 64 in the others. 8-bit floats diverge by 0.0037 nats in blocks of 32, and by 0.0030 with 16
 * for the projections to q, k and v.
 */
function longestBlock(type: TensorType, role: LinearRole): BlockSize {
  if (type.startsWith('F8')) return role === 'attention-input' ? 16 : 32;
  return role === 'attention-input' || role === 'down' ? 32 : 128;
}

/**
 * ONNX Runtime's CPU execution provider. Products run on 8-bit activations (`accuracy_level` 4), the only fast path of
 * `MatMulNBits`. A float zero point would be 65 times slower, so a format's minimum is folded into further inputs;
 * `docs/decisions/0003-q4-1-on-cpu.md` has the measurements. The projections to q, k and v, whose inputs have the
 * largest outliers, run in half blocks: the activations of a half block share a scale, so an outlier spoils fewer.
 * Types with scales behind their elements run in the longest blocks that these allow, up to a limit for each role.
 */
export const cpuProfile: Profile = {
  name: 'cpu',
  tokenType: 'int64',
  floatType: 'float32',
  totalLengthShape: [],
  stackQueryKeyValue: true,
  stackGateUp: true,
  silu: 'quick-gelu',
  attentionSoftcap: true,
  attentionScores: false,
  lookupTypes: ['F16', 'BF16'],
  prefillChunk: 256,
  types: [...(Object.keys(forms) as TensorType[]), ...scaledTypes],
  linearForm(type, role, layout) {
    const scaled = scaledForm(type, role, layout, longestBlock(type, role));
    if (scaled !== undefined) return scaled;
    const form = forms[type];
    if (form?.kind !== 'blocks' || form.bits !== 4 || role !== 'attention-input') return form;
    return { ...form, blockSize: 16 };
  },
};

/** A profile that differs in how formats with a minimum are multiplied. */
function withMinimums(name: string, change: (form: BlockForm) => BlockForm): Profile {
  return {
    ...cpuProfile,
    name,
    linearForm(type, role, layout) {
      const form = forms[type] ?? scaledForm(type, role, layout, 32);
      return form?.kind === 'blocks' && form.minimums === 'folded' ? change(form) : form;
    },
  };
}

/** The weights as they are: minimums through block sums. `docs/decisions/0003-q4-1-on-cpu.md` has the measurement. */
export const cpuBlockSumProfile: Profile = withMinimums('cpu-block-sums', (form) => ({
  ...form,
  minimums: 'block-sums',
  bound: 0,
}));

/** An 8-bit grid with an integer zero point, for 4-bit formats up to 17 times finer; kept for that measurement. */
export const cpuFineGridProfile: Profile = withMinimums('cpu-fine-grid', (form) => ({
  ...form,
  bits: 8,
  minimums: 'fine-grid',
  // A format of 5 bits has 8 steps of the grid to one of its own; those of 2 bits have more than those of 4.
  bound: form.bits === 8 ? 1 / 16 : 1 / 32,
}));

/** Everything in float32: weights decoded, activations untouched. Four bytes per weight. */
export const cpuExactProfile: Profile = {
  ...cpuProfile,
  name: 'cpu-exact',
  linearForm: (type) => (cpuProfile.types.includes(type) ? { kind: 'float' } : undefined),
};
