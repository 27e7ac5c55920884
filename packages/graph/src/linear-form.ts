import type { TensorFidelity, TensorType } from '@llamella/spec';
import type { GraphContext } from './graph-context.ts';

/** Shortest row, in weights, of ggml's block formats: longer ones are multiples of it. */
export const GGML_BLOCK_SIZE = 32;

/**
 * What becomes of the float minimum that some formats add to every weight of a block.
 *
 * - `none`: the format has none
 * - `block-sums`: multiplied with the sums of the blocks of the input, as floats: exact in float32
 * - `folded`: an integer zero point, and the remainder as weights of further inputs that hold those sums
 * - `fine-grid`: an integer zero point on an 8-bit grid
 */
export type MinimumForm = 'none' | 'block-sums' | 'folded' | 'fine-grid';

/** Weights of a packed block that share a scale, and activations that share one in the kernel. */
export type BlockSize = 16 | 32 | 64 | 128 | 256;

/**
 * How a linear layer is multiplied.
 *
 * - `float`: the weights in the profile's float type, `FusedMatMul`
 * - `tiles`: 8-bit integers with a scale for each output, `MatMulIntegerToFloat`; activations become integers of 8 bits per
 *   `digit`, with a scale for each token
 * - `blocks`: packed integers, `MatMulNBits`; `accuracyLevel` 4 lets the kernel put the activations on an 8-bit grid
 *   per block
 */
export type LinearForm =
  | {
      /** As floats. */
      readonly kind: 'float';
    }
  | {
      /** As 8-bit integers with a scale for each output. */
      readonly kind: 'tiles';
      /** Integers of 8 bits that an activation is written with. */
      readonly digits: 1 | 2;
      /** Largest error of a weight, as in `TensorFidelity.bound`. */
      readonly bound: number;
    }
  | {
      /** As packed integers. */
      readonly kind: 'blocks';
      /** Bits of a packed weight. */
      readonly bits: 4 | 8;
      /** Weights that share a scale, and activations that share one in the kernel: `scaleLength` or half of it. */
      readonly blockSize: BlockSize;
      /** Weights that share a scale, and a minimum, in the format. */
      readonly scaleLength: BlockSize;
      /** `accuracy_level` of `MatMulNBits`: 4 puts activations on an 8-bit grid, 0 and 1 leave them as floats. */
      readonly accuracyLevel: 0 | 1 | 4;
      /** What becomes of the minimums of the format. */
      readonly minimums: MinimumForm;
      /** Whether blocks have the zero points of the checkpoint. Default: `2^(bits-1)` for all. */
      readonly zeroPoints?: boolean;
      /** Whether weights are 8-bit floats that become integers with a unit per block. Default `false`. */
      readonly integers?: boolean;
      /** Largest error of a weight, as in `TensorFidelity.bound`. */
      readonly bound: number;
    };

const minimumTexts: Record<MinimumForm, string> = {
  none: '',
  'block-sums': ' + block sums',
  folded: ' + folded minimums',
  'fine-grid': ' + zero points',
};

/** Weights of further inputs that the grid `folded` has for each minimum: two of 4 bits, or one of 8. */
export function foldedDigits(bits: 4 | 8): 1 | 2 {
  return bits === 4 ? 2 : 1;
}

/** Says, for people and for programs, what becomes of a tensor that is multiplied in this form. */
export function fidelityOf(tensor: string, form: LinearForm): TensorFidelity {
  if (form.kind === 'float') return { tensor, kind: 'decoded', bound: 0, runsAs: 'MatMul float32' };
  if (form.kind === 'tiles') {
    const runsAs = `MatMulIntegerToFloat int8, a scale per output, int${8 * form.digits} activations`;
    return { tensor, kind: 're-gridded', bound: form.bound, runsAs };
  }
  const activations = form.accuracyLevel === 4 ? ', int8 activations' : '';
  const points = form.zeroPoints === true ? ' + zero points' : '';
  return {
    tensor,
    kind: form.bound === 0 ? 'exact' : 're-gridded',
    bound: form.bound,
    runsAs: `MatMulNBits ${form.bits}-bit, block ${form.blockSize}${points}${minimumTexts[form.minimums]}${activations}`,
  };
}

/** Formats whose scales are float16 as they are stored. */
const halfScales: readonly TensorType[] = [
  'Q4_0',
  'Q5_0',
  'Q8_0',
  'IQ4_NL',
  'TQ1_0',
  'TQ2_0',
  'Q1_0',
  'Q2_0',
];

/** Largest error of float16, for numbers from 2^-14 on: a part of the number. */
const HALF_ROUNDING = 2 ** -11;

/** Says what becomes of a vector of numbers. */
export function vectorFidelity(context: GraphContext, tensor: string, operator: string): TensorFidelity {
  return inFloatType(context, { tensor, kind: 'exact', bound: 0, runsAs: `${operator} float32` });
}

/**
 * Adds what rounding to the graph's float type does: to float16, half a step of that for floats; for weights in blocks,
 * what their scale and minimum are off by, times the largest integer.
 *
 * @param fidelity in float32
 * @param form of weights in blocks
 */
export function inFloatType(
  { profile, tensors }: GraphContext,
  fidelity: TensorFidelity,
  form?: LinearForm,
): TensorFidelity {
  if (profile.floatType === 'float32') return fidelity;
  const { type } = tensors.get(fidelity.tensor)!;
  const isBlocks = form?.kind === 'blocks';
  const runsAs = isBlocks ? `${fidelity.runsAs}, float16` : fidelity.runsAs.replace('float32', 'float16');
  const isStored = isBlocks ? form.minimums === 'none' && halfScales.includes(type) : type === 'F16';
  if (isStored) return { ...fidelity, kind: fidelity.bound === 0 ? 'exact' : fidelity.kind, runsAs };
  const isFloat = type === 'F32' || type === 'BF16';
  const added = isBlocks ? 2 ** form.bits * HALF_ROUNDING : isFloat ? 1 / 2 : 2 ** 8 * HALF_ROUNDING;
  return { ...fidelity, kind: 're-gridded', bound: fidelity.bound + added, runsAs };
}
