import { checkTokens } from './check-tokens.ts';

/**
 * Leaves only the tokens of `allowed`, each with the logit 0.
 *
 * @param allowed token ids
 * @param name what errors call `allowed`; default `tokens`
 * @throws {InvalidArgumentError} when a token is not below `logits.length`
 */
export function forceTokens(logits: Float32Array, allowed: Uint32Array, name?: string): void {
  checkTokens(allowed, 0, allowed.length, logits.length, name);
  logits.fill(-Infinity);
  setLogits(logits, allowed, 0);
}

/**
 * Sets the logits of `banned` to -Infinity.
 *
 * @param banned token ids
 * @param name what errors call `banned`; default `tokens`
 * @throws {InvalidArgumentError} when a token is not below `logits.length`
 */
export function banTokens(logits: Float32Array, banned: Uint32Array, name?: string): void {
  checkTokens(banned, 0, banned.length, logits.length, name);
  setLogits(logits, banned, -Infinity);
}

function setLogits(logits: Float32Array, tokens: Uint32Array, value: number): void {
  for (let i = 0; i < tokens.length; i++) logits[tokens[i]!] = value;
}
