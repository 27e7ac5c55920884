import type { TensorFidelity } from '@llamella/spec';

/** Block size, in weights, of ggml's 32-element formats. */
export const GGML_BLOCK_SIZE = 32;

/**
 * What becomes of the float minimum that some formats add to every weight of a block.
 *
 * - `none`: the format has none
 * - `block-sums`: multiplied with the sums of the blocks of the input, in float32: exact
 * - `folded`: an integer zero point, and the remainder as weights of further inputs that hold those sums
 * - `fine-grid`: an integer zero point on an 8-bit grid
 */
export type MinimumForm = 'none' | 'block-sums' | 'folded' | 'fine-grid';

/**
 * How a linear layer is multiplied.
 *
 * - `float`: the weights as float32, `FusedMatMul`
 * - `blocks`: packed integers, `MatMulNBits`; `accuracyLevel` 4 lets the kernel put the activations on an 8-bit grid
 *   per block
 */
export type LinearForm =
  | { readonly kind: 'float' }
  | {
      readonly kind: 'blocks';
      readonly bits: 4 | 8;
      /** Weights that share a scale, and activations that share one in the kernel: the format's block or half. */
      readonly blockSize: 16 | 32;
      readonly accuracyLevel: 0 | 1 | 4;
      readonly minimums: MinimumForm;
      /** Largest error of a weight, as in `TensorFidelity.bound`. */
      readonly bound: number;
    };

const minimumTexts: Record<MinimumForm, string> = {
  none: '',
  'block-sums': ' + block sums',
  folded: ' + folded minimums',
  'fine-grid': ' + zero points',
};

/** Says, for people and for programs, what becomes of a tensor that is multiplied in this form. */
export function fidelityOf(tensor: string, form: LinearForm): TensorFidelity {
  if (form.kind === 'float') return { tensor, kind: 'decoded', bound: 0, runsAs: 'MatMul float32' };
  const activations = form.accuracyLevel === 4 ? ', int8 activations' : '';
  return {
    tensor,
    kind: form.bound === 0 ? 'exact' : 're-gridded',
    bound: form.bound,
    runsAs: `MatMulNBits ${form.bits}-bit, block ${form.blockSize}${minimumTexts[form.minimums]}${activations}`,
  };
}
