import type { PackGrid, TensorFidelity } from '@llamella/spec';

/** Block size, in weights, of ggml's 32-element formats. */
export const GGML_BLOCK_SIZE = 32;

/**
 * How a linear layer is multiplied.
 *
 * - `float`: the weights as float32, `FusedMatMul`
 * - `blocks`: packed integers, `MatMulNBits`; `accuracyLevel` 4 lets the kernel put the activations on an 8-bit
 *   grid per block. With `minimums`, what the format adds to each block is multiplied with the block sums of the
 *   activations, which is exact and needs no float zero point. With `zeroPoints`, integer zero points are stored.
 */
export type LinearForm =
  | { readonly kind: 'float' }
  | {
      readonly kind: 'blocks';
      readonly bits: 4 | 8;
      readonly blockSize: number;
      readonly accuracyLevel: 0 | 1 | 4;
      readonly grid: PackGrid;
      readonly zeroPoints: boolean;
      readonly minimums: boolean;
      /** Largest error of a weight in steps of the stored format. */
      readonly bound: number;
    };

/** Says, for people and for programs, what becomes of a tensor that is multiplied in this form. */
export function fidelityOf(tensor: string, form: LinearForm): TensorFidelity {
  if (form.kind === 'float') return { tensor, kind: 'decoded', bound: 0, runsAs: 'MatMul float32' };
  const sums = form.minimums ? ' + block sums' : '';
  const activations = form.accuracyLevel === 4 ? ', int8 activations' : '';
  return {
    tensor,
    kind: form.bound === 0 ? 'exact' : 're-gridded',
    bound: form.bound,
    runsAs: `MatMulNBits ${form.bits}-bit, block ${form.blockSize}${sums}${activations}`,
  };
}
