import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Llama 1, 2 and 3.x and models of the same shape, such as SmolLM2 and Mistral: grouped-query attention with rotary
 * positions, RMS norm before each half, SwiGLU feed-forward.
 *
 * Source: huggingface/transformers `models/llama/modeling_llama.py`, `models/mistral/modeling_mistral.py`.
 */
export function writeLlama(context: GraphContext): void {
  decoder(context);
}
