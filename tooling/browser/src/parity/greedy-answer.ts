import type { Backend } from '@llamella/spec';
import { bestToken, marginOf } from './compare-logits.ts';

/** SwiftShader computes longer first chunks wrongly. */
export const CHUNK = 16;

/** The most likely token after each other. */
export interface GreedyAnswer {
  readonly tokens: number[];
  /** Of each token: how far its logit is above all others. */
  readonly margins: number[];
}

/**
 * Has a backend continue a prompt, chunk by chunk and then token by token.
 *
 * @param onLogits gets the logits that each token was chosen by
 */
export async function greedyAnswer(
  backend: Backend,
  prompt: readonly number[],
  count: number,
  onLogits: (logits: Float32Array, index: number) => void = () => {},
): Promise<GreedyAnswer> {
  const [tokens, margins]: [number[], number[]] = [[], []];
  let logits = await runPrompt(backend, prompt);
  for (let position = prompt.length; ; position++) {
    const token = bestToken(logits);
    onLogits(logits, tokens.length);
    tokens.push(token);
    margins.push(marginOf(logits, token));
    if (tokens.length === count) return { tokens, margins };
    logits = await backend.forward({
      slot: 0,
      position,
      tokens: Uint32Array.of(token),
      logits: 'last',
    });
  }
}

/** @returns the logits after the prompt */
export async function runPrompt(backend: Backend, prompt: readonly number[]): Promise<Float32Array> {
  let logits = new Float32Array(0);
  for (let position = 0; position < prompt.length; position += CHUNK) {
    const tokens = Uint32Array.from(prompt.slice(position, position + CHUNK));
    const isLast = position + CHUNK >= prompt.length;
    logits = (await backend.forward({
      slot: 0,
      position,
      tokens,
      logits: isLast ? 'last' : 'none',
    })) as Float32Array<ArrayBuffer>;
  }
  return logits;
}
