import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * SmolLM 3: Llama with layers whose queries and keys are not rotated, every fourth as published.
 *
 * Source: huggingface/transformers `models/smollm3/modeling_smollm3.py`.
 */
export function writeSmolLm3(context: GraphContext): void {
  decoder(context);
}
