import { LlamellaError, type Tokenizer } from '@llamella/spec';

/**
 * Pseudo-random tokens of ordinary text. The first token differs from seed to seed, so that no run finds its prompt
 * in the cache. Generator: Mulberry32.
 */
export function createBenchPrompt(
  tokenizer: Pick<Tokenizer, 'vocabularySize' | 'tokenBytes'>,
  length: number,
  seed: number,
): Uint32Array {
  const ordinary: number[] = [];
  for (let id = 0; id < tokenizer.vocabularySize; id++)
    if (tokenizer.tokenBytes(id).length > 0) ordinary.push(id);
  if (ordinary.length === 0) throw new LlamellaError('unsupported', 'the vocabulary has no tokens with text');
  const prompt = new Uint32Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    prompt[i] = ordinary[((mixed ^ (mixed >>> 14)) >>> 0) % ordinary.length]!;
  }
  prompt[0] = ordinary[seed % ordinary.length]!;
  return prompt;
}
