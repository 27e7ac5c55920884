import { historyLength, vocabularySize } from './task.ts';

const rows = 8;

/** A generator of numbers in [0, 1): the same in every run. */
function createUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Eight rows of logits that fall off as those of a language model do: normal with a deviation of 1.5, and one token in
 * a thousand raised by 6 and an exponentially distributed amount with a mean of 2.5. The most likely token has a
 * probability from 0.28 to 0.99.
 */
export function createLogits(): Float32Array[] {
  const uniform = createUniform(3);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const raised = () => (uniform() < 0.001 ? 6 - 2.5 * Math.log(1 - uniform()) : 0);
  return Array.from({ length: rows }, () =>
    Float32Array.from({ length: vocabularySize }, () => 1.5 * normal() + raised()),
  );
}

export function createHistory(): Uint32Array {
  const uniform = createUniform(5);
  return Uint32Array.from({ length: historyLength }, () => Math.floor(uniform() * vocabularySize));
}
