import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Qwen 2 and 2.5: Llama with biases on queries, keys and values.
 *
 * Source: huggingface/transformers `models/qwen2/modeling_qwen2.py`.
 */
export function writeQwen2(context: GraphContext): void {
  decoder(context);
}
