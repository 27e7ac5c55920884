import { InvalidArgumentError } from '@llamella/spec';
import type { Engine, EngineOptions } from './engine.ts';
import type { EngineContext } from './engine-context.ts';
import { forEachLogits } from './for-each-logits.ts';
import { generate } from './generate.ts';
import { Semaphore } from './semaphore.ts';

/**
 * Makes an engine from a backend, a tokenizer, a cache and a sampler. It holds nothing that must be disposed.
 *
 * @throws {InvalidArgumentError} when the parts do not fit together
 */
export function createEngine(options: EngineOptions): Engine {
  const { backend, cache } = options;
  if (!(backend.storage.slots >= 1)) {
    throw new InvalidArgumentError(
      'backend',
      `its storage has ${backend.storage.slots} slots, and one is needed`,
    );
  }
  if (cache.contextLength > backend.info.contextLength) {
    throw new InvalidArgumentError(
      'cache',
      `its context of ${cache.contextLength} tokens is longer than the backend's ${backend.info.contextLength}`,
    );
  }
  const context: EngineContext = {
    ...options,
    slots: new Semaphore(backend.storage.slots),
    steps: new Semaphore(1),
  };
  return {
    generate: (prompt, generateOptions = {}) => generate(context, prompt, generateOptions, performance.now()),
    forEachLogits: (tokens, callback, logitsOptions = {}) =>
      forEachLogits(context, tokens, callback, logitsOptions),
  };
}
