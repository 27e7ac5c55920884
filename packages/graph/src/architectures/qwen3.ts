import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Qwen 3: Llama with a norm on each head of queries and keys.
 *
 * Source: huggingface/transformers `models/qwen3/modeling_qwen3.py`.
 */
export function writeQwen3(context: GraphContext): void {
  decoder(context, { headNorms: true });
}
