import {
  type Backend,
  type BackendInfo,
  type ForwardRequest,
  InvalidArgumentError,
  LlamellaError,
} from '@llamella/spec';
import { keepTop } from './keep-top.ts';
import { garbage, MemoryStorage } from './memory-storage.ts';
import { mix } from './random.ts';

export interface FakeBackendOptions {
  readonly slots?: number;
  readonly vocabularySize?: number;
  readonly contextLength?: number;
  readonly prefillChunk?: number;
  /** Positions that each slot has from the start. Default 0: the cache must make it grow. */
  readonly capacity?: number;
  /** As in `BackendInfo`. Default: `top` is refused. */
  readonly mostTopLogits?: number;
  /** Called when a step begins; what it throws becomes the step's failure. */
  readonly onStep?: (request: ForwardRequest) => void;
}

/**
 * A small model that behaves like a real one: what a position holds depends on its token, its place and everything
 * before it, and logits depend on every position read back from storage. Wrong positions, stale contents and wrong
 * rewinds therefore change its output. Steps are queued, take time, reuse one logits buffer, and leave garbage
 * behind when they are aborted.
 */
export class FakeBackend implements Backend {
  readonly info: BackendInfo;
  readonly storage: MemoryStorage;
  /** Requests so far, in the order in which they ran. */
  readonly requests: {
    readonly slot: number;
    readonly position: number;
    readonly count: number;
    readonly logits: string;
  }[] = [];
  readonly #onStep: ((request: ForwardRequest) => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #logits = new Float32Array(0);
  #disposed = false;

  constructor(options: FakeBackendOptions = {}) {
    this.info = {
      device: 'fake',
      vocabularySize: options.vocabularySize ?? 258,
      contextLength: options.contextLength ?? 64,
      prefillChunk: options.prefillChunk ?? 8,
      ...(options.mostTopLogits !== undefined && { mostTopLogits: options.mostTopLogits }),
    };
    this.storage = new MemoryStorage({ slots: options.slots ?? 1, capacity: options.capacity ?? 0 });
    this.#onStep = options.onStep;
  }

  forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    const step = this.#queue.then(() => this.#step(request, signal));
    this.#queue = step.catch(() => {});
    return step;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#queue;
  }

  async #step(request: ForwardRequest, signal: AbortSignal | undefined): Promise<Float32Array> {
    this.#logits.fill(Number.NaN);
    if (this.#disposed) throw new LlamellaError('disposed', 'the backend was used after it was disposed');
    signal?.throwIfAborted();
    this.#check(request);
    const { slot, position, tokens, logits } = request;
    const asked = typeof logits === 'object' ? `top ${logits.top}` : logits;
    this.requests.push({ slot, position, count: tokens.length, logits: asked });
    this.#onStep?.(request);
    const row = this.storage.rows[slot]!;
    for (let index = 0; index < tokens.length; index++) {
      if (index === tokens.length >> 1) {
        await new Promise(setImmediate);
        if (signal?.aborted) {
          row.fill(garbage, position + index, position + tokens.length);
          throw signal.reason;
        }
      }
      const place = position + index;
      const before = place === 0 ? 1 : row[place - 1]!;
      row[place] = mix(before ^ mix(tokens[index]! * 0x10001 + place));
    }
    const rows = logits === 'none' ? 0 : logits === 'all' ? tokens.length : 1;
    const values = this.#computeLogits(row, position + tokens.length - rows, rows);
    return typeof logits === 'object' ? keepTop(values, logits.top) : values;
  }

  #computeLogits(row: Uint32Array, first: number, rows: number): Float32Array {
    const { vocabularySize } = this.info;
    if (this.#logits.length < rows * vocabularySize) this.#logits = new Float32Array(rows * vocabularySize);
    for (let index = 0; index < rows; index++) {
      let state = 0;
      for (let place = 0; place <= first + index; place++)
        state = mix((Math.imul(state, 31) + row[place]!) | 0);
      for (let id = 0; id < vocabularySize; id++) {
        this.#logits[index * vocabularySize + id] = (mix(state + id) / 0x1_0000_0000) * 8 - 4;
      }
    }
    return this.#logits.subarray(0, rows * vocabularySize);
  }

  #check({ slot, position, tokens, logits }: ForwardRequest): void {
    const { vocabularySize, mostTopLogits = 0 } = this.info;
    if (
      typeof logits === 'object' &&
      !(Number.isInteger(logits.top) && logits.top >= 1 && logits.top <= mostTopLogits)
    ) {
      throw new InvalidArgumentError('logits.top', `must be from 1 to ${mostTopLogits}, got ${logits.top}`);
    }
    if (!(slot in this.storage.rows)) throw new InvalidArgumentError('slot', `there is no slot ${slot}`);
    if (tokens.length === 0) throw new InvalidArgumentError('tokens', 'must hold one token or more');
    const bad = tokens.findIndex((id) => id >= vocabularySize);
    if (bad >= 0)
      throw new InvalidArgumentError('tokens', `id ${tokens[bad]} at ${bad} is not in the vocabulary`);
    if (position < 0 || position + tokens.length > this.storage.capacity) {
      throw new InvalidArgumentError(
        'position',
        `${tokens.length} tokens at ${position} do not fit into ${this.storage.capacity} positions`,
      );
    }
  }
}
