import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Gemma 2: norms after each half too, GELU, scaled embeddings, softcaps on scores and logits, a sliding window in every
 * other layer. Embeddings are scaled in float32, as llama.cpp does; transformers rounds the scale to the model's type.
 *
 * Source: huggingface/transformers `models/gemma2/modeling_gemma2.py`.
 */
export function writeGemma2(context: GraphContext): void {
  decoder(context, { outputNorms: true });
}
