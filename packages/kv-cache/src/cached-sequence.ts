import { InvalidArgumentError, type KvSequence, LlamellaError } from '@llamella/spec';
import { appendTokens, type Slot } from './slot.ts';

/** What a sequence needs from the cache that it came from. */
export interface SequenceOwner {
  readonly contextLength: number;
  /** Makes every slot hold `capacity` positions. */
  ensure(capacity: number): Promise<void>;
  /** Takes the slot back. */
  release(slot: Slot): void;
}

/** The holder of a slot, until it is released. */
export class CachedSequence implements KvSequence {
  readonly slot: number;
  readonly #owner: SequenceOwner;
  readonly #state: Slot;
  #released = false;

  constructor(owner: SequenceOwner, state: Slot) {
    this.slot = state.index;
    this.#owner = owner;
    this.#state = state;
  }

  get length(): number {
    return this.#own().length;
  }

  async reserve(count: number): Promise<void> {
    const state = this.#own();
    const { contextLength } = this.#owner;
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new InvalidArgumentError('count', `must be an integer of at least 0, not ${count}`);
    }
    const needed = state.length + count;
    if (needed > contextLength) {
      throw new LlamellaError(
        'context-full',
        `${count} more tokens after ${state.length} are ${needed}, but the context holds ${contextLength}`,
      );
    }
    await this.#owner.ensure(needed);
    this.#own();
    state.reserved = Math.max(state.reserved, needed);
  }

  append(tokens: Uint32Array): void {
    const state = this.#own();
    const room = state.reserved - state.length;
    if (tokens.length > room) {
      throw new InvalidArgumentError(
        'tokens',
        `${tokens.length} tokens at position ${state.length}, but only ${room} were reserved; call reserve first`,
      );
    }
    appendTokens(state, tokens);
  }

  rewind(length: number): void {
    const state = this.#own();
    if (!Number.isSafeInteger(length) || length < 0 || length > state.length) {
      throw new InvalidArgumentError('length', `must be an integer from 0 to ${state.length}, not ${length}`);
    }
    state.length = length;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#owner.release(this.#state);
  }

  #own(): Slot {
    if (this.#released) {
      throw new LlamellaError('disposed', `the sequence in slot ${this.slot} was used after it was released`);
    }
    return this.#state;
  }
}
