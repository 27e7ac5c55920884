import { LlamellaError } from '@llamella/spec';
import type { NodeKvStorage } from './node-kv-storage.ts';
import { Step, type StepContext, type StepShape } from './step.ts';

/** Prompt shapes that stay bound besides the one-token step of each slot: the full chunk, and the shorter last one. */
const KEPT_CHUNKS = 2;

/** Bound steps by slot and shape, so that a shape that comes again costs nothing. */
export class StepCache {
  readonly #context: StepContext;
  readonly #storage: NodeKvStorage;
  /** Least recently used first. */
  readonly #steps = new Map<string, { readonly step: Step; readonly shape: StepShape }>();
  #generation = 0;

  constructor(context: StepContext, storage: NodeKvStorage) {
    this.#context = context;
    this.#storage = storage;
  }

  /** The step of this shape on this slot. @throws {LlamellaError} `backend` when there is no memory for its logits */
  get(slot: number, shape: StepShape): Step {
    if (this.#generation !== this.#storage.generation) {
      this.release();
      this.#generation = this.#storage.generation;
    }
    const key = `${slot}:${shape.tokens}:${shape.rows}`;
    const entry = this.#steps.get(key) ?? { step: this.#make(slot, shape), shape };
    this.#steps.delete(key);
    this.#keepChunks(shape.tokens > 1 ? KEPT_CHUNKS - 1 : KEPT_CHUNKS);
    this.#steps.set(key, entry);
    return entry.step;
  }

  release(): void {
    for (const { step } of this.#steps.values()) step.release();
    this.#steps.clear();
  }

  #make(slot: number, shape: StepShape): Step {
    try {
      return new Step(this.#context, shape, this.#storage.slot(slot));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new LlamellaError(
        'backend',
        `no memory for the logits of ${shape.rows} tokens: ask for logits of fewer tokens at once`,
        { cause },
      );
    }
  }

  /** Releases all but the `count` latest chunks. Those with many rows of logits are large and go at once. */
  #keepChunks(count: number): void {
    const chunks = [...this.#steps].filter(([, { shape }]) => shape.tokens > 1);
    for (const [index, [key, { step, shape }]] of chunks.entries()) {
      if (index >= chunks.length - count && shape.rows === 1) continue;
      step.release();
      this.#steps.delete(key);
    }
  }
}
