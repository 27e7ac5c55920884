import { checkTokens } from './check-tokens.ts';

/**
 * Leaves only the tokens of `allowed`, each with the logit 0.
 *
 * @param allowed token ids
 * @param name what errors call `allowed`
 * @throws {InvalidArgumentError} when a token is not below `logits.length`
 */
export function forceTokens(logits: Float32Array, allowed: Uint32Array, name = 'allowed'): void {
  checkTokens(allowed, 0, allowed.length, logits.length, name);
  logits.fill(-Infinity);
  for (let i = 0; i < allowed.length; i++) logits[allowed[i]!] = 0;
}

/**
 * Sets the logits of `banned` to -Infinity.
 *
 * @param banned token ids
 * @param name what errors call `banned`
 * @throws {InvalidArgumentError} when a token is not below `logits.length`
 */
export function banTokens(logits: Float32Array, banned: Uint32Array, name = 'banned'): void {
  checkTokens(banned, 0, banned.length, logits.length, name);
  for (let i = 0; i < banned.length; i++) logits[banned[i]!] = -Infinity;
}
