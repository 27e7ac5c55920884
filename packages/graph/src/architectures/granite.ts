import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Granite 3: Llama with numbers that embeddings, attention scores, residuals and logits are multiplied with.
 *
 * Source: huggingface/transformers `models/granite/modeling_granite.py`.
 */
export function writeGranite(context: GraphContext): void {
  decoder(context);
}
