import type { TensorType } from '@llamella/spec';
import { GGML_BLOCK_SIZE, type LinearForm } from '../linear-form.ts';
import type { Profile } from './profile.ts';

const base = {
  kind: 'blocks',
  blockSize: GGML_BLOCK_SIZE,
  accuracyLevel: 4,
  grid: 'native',
  zeroPoints: false,
  minimums: false,
  bound: 0,
} as const;

const forms: Partial<Record<TensorType, LinearForm>> = {
  F32: { kind: 'float' },
  F16: { kind: 'float' },
  BF16: { kind: 'float' },
  Q4_0: { ...base, bits: 4 },
  Q4_1: { ...base, bits: 4, minimums: true },
  Q8_0: { ...base, bits: 8 },
};

/**
 * ONNX Runtime's CPU execution provider. Products run on 8-bit activations (`accuracy_level` 4), the only fast
 * path of `MatMulNBits`; a float zero point would be 65 times slower, so a format's minimum goes through block sums.
 */
export const cpuProfile: Profile = {
  name: 'cpu',
  tokenType: 'int64',
  totalLengthShape: [],
  stackQueryKeyValue: true,
  silu: 'quick-gelu',
  prefillChunk: 256,
  linearForm: (type) => forms[type],
};

/**
 * The alternative for formats with a float minimum: an 8-bit grid up to seventeen times finer with an integer zero point.
 * Kept for measurement; `docs/decisions/q4-1-on-cpu.md` says why it is not the default.
 */
export const cpuFineGridProfile: Profile = {
  ...cpuProfile,
  name: 'cpu-fine-grid',
  linearForm: (type) =>
    type === 'Q4_1' ? { ...base, bits: 8, grid: 'fine', zeroPoints: true, bound: 1 / 32 } : forms[type],
};

/** Everything in float32: weights decoded, activations untouched. Four bytes per weight. */
export const cpuExactProfile: Profile = {
  ...cpuProfile,
  name: 'cpu-exact',
  linearForm: (type) => (forms[type] === undefined ? undefined : { kind: 'float' }),
};
