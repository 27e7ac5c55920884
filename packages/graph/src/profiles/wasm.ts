import type { TensorType } from '@llamella/spec';
import { cpuExactProfile, cpuProfile } from './cpu.ts';
import type { Profile } from './profile.ts';

/** Weights are integers up to this magnitude times the scale of their row: they move by half a step at most. */
const MOST = 127;

/** Largest magnitude of a weight in the longest steps of its row, where it is less than {@link MOST}, or more. */
const largestInSteps: Partial<Record<TensorType, number>> = {
  ...{ Q4_0: 8, Q4_1: 15, Q5_0: 16, Q5_1: 31 },
  ...{ Q2_K: 3, Q3_K: 4, Q4_K: 15, Q5_K: 31, Q6_K: 32 },
  ...{ F8_E4M3: 14, F8_E5M2: 7, F4_E2M1: 3, U4: 15, U8: 255 },
};

/**
 * ONNX Runtime's CPU execution provider compiled to WebAssembly, which has no kernel for weights in blocks: `MatMulNBits`
 * decodes them at every step. It has one for 8-bit integers, and that is fast where the outputs of an input lie close
 * together: one token takes a third of the time, and 64 tokens two thirds.
 *
 * Activations are written with two 8-bit integers each, which costs a third more for one token: with one, SmolLM2-135M
 * diverges from float32 by 0.038 nats (256 tokens of WikiText-2; gate and up alone 0.0095, down 0.012, the projections to q,
 * k and v 0.014, the output 0.008), with two by 0.0037. Only the output of attention has one: 0.0005.
 *
 * Flash attention is four to ten times as slow there as the plain kernel (128 tokens of SmolLM2). That one takes memory for
 * the scores of a chunk, so chunks are short.
 */
export const wasmProfile: Profile = {
  ...cpuProfile,
  name: 'wasm',
  attentionScores: true,
  prefillChunk: 64,
  linearForm(type, role, layout) {
    if (!cpuProfile.types.includes(type)) return undefined;
    if (role === 'embedding') return cpuProfile.linearForm(type, role, layout);
    const bound = (largestInSteps[type] ?? MOST) / (2 * MOST);
    return { kind: 'tiles', digits: role === 'attention-output' ? 1 : 2, bound };
  },
};

/** The same with weights decoded to float32, four bytes each, and activations untouched. */
export const wasmExactProfile: Profile = {
  ...wasmProfile,
  name: 'wasm-exact',
  linearForm: cpuExactProfile.linearForm,
};
