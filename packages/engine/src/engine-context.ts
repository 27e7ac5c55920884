import type { EngineOptions } from './engine.ts';
import type { Semaphore } from './semaphore.ts';

/** What the functions behind an engine share. */
export interface EngineContext extends EngineOptions {
  /** One permit per slot of the cache: generations wait here. */
  readonly slots: Semaphore;
  /**
   * One permit: steps wait here. It is held until the logits have been read, since the backend reuses their memory
   * for the next step, and while the storage grows.
   */
  readonly steps: Semaphore;
}
