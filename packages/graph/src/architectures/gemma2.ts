import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Gemma 2: Gemma 1 with norms after each half too, softcaps on scores and logits, and a sliding window in every other
 * layer.
 *
 * Source: huggingface/transformers `models/gemma2/modeling_gemma2.py`.
 */
export function writeGemma2(context: GraphContext): void {
  decoder(context, { outputNorms: true });
}
