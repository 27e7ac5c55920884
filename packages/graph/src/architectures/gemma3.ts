import { decoder } from '../blocks/decoder.ts';
import type { GraphContext } from '../graph-context.ts';

/**
 * Gemma 3, the text part: Gemma 2 with a norm on each head of queries and keys in place of softcaps, and rotary
 * frequencies of their own in layers with a sliding window, five of six as published.
 *
 * Source: huggingface/transformers `models/gemma3/modeling_gemma3.py`.
 */
export function writeGemma3(context: GraphContext): void {
  decoder(context, { headNorms: true, outputNorms: true });
}
