import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Phi 3, 3.5 and 4: Llama with one tensor for queries, keys and values and one for gate and up. Some rotate a part of
 * each head, some by LongRoPE.
 *
 * Source: huggingface/transformers `models/phi3/modeling_phi3.py`.
 */
export function writePhi3(context: GraphContext): void {
  decoder(context);
}
