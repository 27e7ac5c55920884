import type { TensorType } from '@llamella/spec';
import { GGML_BLOCK_SIZE, type LinearForm } from '../linear-form.ts';
import type { Profile } from './profile.ts';

const base = {
  kind: 'blocks',
  blockSize: GGML_BLOCK_SIZE,
  accuracyLevel: 4,
  minimums: 'none',
  bound: 0,
} as const;

const forms: Partial<Record<TensorType, LinearForm>> = {
  F32: { kind: 'float' },
  F16: { kind: 'float' },
  BF16: { kind: 'float' },
  Q4_0: { ...base, bits: 4 },
  Q4_1: { ...base, bits: 4, minimums: 'folded', bound: 1 / 400 },
  Q8_0: { ...base, bits: 8 },
};

/**
 * ONNX Runtime's CPU execution provider. Products run on 8-bit activations (`accuracy_level` 4), the only fast path of
 * `MatMulNBits`. A float zero point would be 65 times slower, so a format's minimum is folded into further inputs;
 * `docs/decisions/0003-q4-1-on-cpu.md` has the measurements. The projections to q, k and v, whose inputs have the
 * largest outliers, run in half blocks: the activations of a half block share a scale, so an outlier spoils fewer.
 */
export const cpuProfile: Profile = {
  name: 'cpu',
  tokenType: 'int64',
  totalLengthShape: [],
  stackQueryKeyValue: true,
  stackGateUp: true,
  silu: 'quick-gelu',
  prefillChunk: 256,
  types: Object.keys(forms) as TensorType[],
  linearForm(type, role) {
    const form = forms[type];
    if (form?.kind !== 'blocks' || form.bits !== 4 || role !== 'attention-input') return form;
    return { ...form, blockSize: 16 };
  },
};

/** A profile that differs in how formats with 4-bit codes and a float minimum are multiplied. */
function withMinimums(name: string, form: LinearForm): Profile {
  return { ...cpuProfile, name, linearForm: (type) => (type === 'Q4_1' ? form : forms[type]) };
}

/** The weights as they are: minimums through block sums. `docs/decisions/0003-q4-1-on-cpu.md` has the measurement. */
export const cpuBlockSumProfile: Profile = withMinimums('cpu-block-sums', {
  ...base,
  bits: 4,
  minimums: 'block-sums',
});

/** An 8-bit grid up to seventeen times finer with an integer zero point; kept for that measurement. */
export const cpuFineGridProfile: Profile = withMinimums('cpu-fine-grid', {
  ...base,
  bits: 8,
  minimums: 'fine-grid',
  bound: 1 / 32,
});

/** Everything in float32: weights decoded, activations untouched. Four bytes per weight. */
export const cpuExactProfile: Profile = {
  ...cpuProfile,
  name: 'cpu-exact',
  linearForm: (type) => (forms[type] === undefined ? undefined : { kind: 'float' }),
};
