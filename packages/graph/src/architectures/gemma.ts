import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Gemma 1: Llama with GELU and scaled embeddings. They are scaled in float32, as llama.cpp does; transformers rounds the
 * scale to the model's type.
 *
 * Source: huggingface/transformers `models/gemma/modeling_gemma.py`.
 */
export function writeGemma(context: GraphContext): void {
  decoder(context);
}
