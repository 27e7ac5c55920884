import {
  asyncDispose,
  type Backend,
  type BackendInfo,
  type ForwardRequest,
  type KvStorage,
  LlamellaError,
} from '@llamella/spec';

/** A backend that tells when its device is lost. */
export interface LosableBackend extends Backend {
  /** Resolves with a sentence when it is. */
  readonly lost: Promise<string>;
}

/** How a backend is made again, and who is told. */
export interface Recovery {
  /** Makes the backend anew, with room for so many positions; after an `overflow` and from then on in float32. */
  create(capacity: number, cause: 'lost' | 'overflow'): Promise<LosableBackend>;
  /** Told before and after. */
  onRecovery(event: { readonly done: boolean; readonly reason: string }): void;
  /** Told once, when there will be no more answers. */
  onLost(error: LlamellaError): void;
}

/** A device that is lost again so soon would be lost again and again. */
const SOON_MS = 60_000;

/** How long after an error the news of the loss may come. */
const LOSS_NOTICE_MS = 300;

/**
 * A backend that is made again when its device is lost, or, in float32, when numbers are too large for float16. The keys
 * and values that were on it are computed from the tokens when they are needed next, so that whoever uses it notices a
 * delay only. Lost twice within a minute, it stays lost.
 */
export class RecoveringBackend implements Backend {
  readonly info: BackendInfo;
  readonly storage: KvStorage;
  readonly #recovery: Recovery;
  #backend: LosableBackend;
  /** Tokens of each slot, of which the first `#present` are in the backend's cache. */
  readonly #tokens: number[][];
  readonly #present: number[];
  #lastLoss = Number.NEGATIVE_INFINITY;
  #failure: LlamellaError | undefined;
  #disposed = false;
  #overflowed = false;

  constructor(backend: LosableBackend, recovery: Recovery) {
    this.#backend = backend;
    this.#recovery = recovery;
    this.info = backend.info;
    const { slots } = backend.storage;
    const storage = () => this.#backend.storage;
    this.#tokens = Array.from({ length: slots }, () => []);
    this.#present = this.#tokens.map(() => 0);
    this.storage = {
      slots,
      get bytesPerToken() {
        return storage().bytesPerToken;
      },
      get capacity() {
        return storage().capacity;
      },
      grow: (wanted, lengths) =>
        this.#surviving(() =>
          this.#backend.storage.grow(
            wanted,
            lengths.map((length, slot) => Math.min(length, this.#present[slot]!)),
          ),
        ),
    };
  }

  async forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    const { slot, position, tokens } = request;
    const logits = await this.#surviving(async () => {
      await this.#restore(slot, position, signal);
      return this.#backend.forward(request, signal);
    });
    const known = this.#tokens[slot];
    if (known !== undefined) {
      known.length = position;
      for (const token of tokens) known.push(token);
      this.#present[slot] = known.length;
    }
    return logits;
  }

  async [asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#backend[asyncDispose]();
  }

  /** Computes the keys and values before a position that a new backend lacks. */
  async #restore(slot: number, position: number, signal: AbortSignal | undefined): Promise<void> {
    const known = this.#tokens[slot];
    if (known === undefined) return;
    for (let start = this.#present[slot]!; start < position; start = this.#present[slot]!) {
      const end = Math.min(position, start + this.info.prefillChunk);
      const tokens = Uint32Array.from(known.slice(start, end));
      await this.#backend.forward({ slot, position: start, tokens, logits: 'none' }, signal);
      this.#present[slot] = end;
    }
  }

  async #surviving<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        return await work();
      } catch (error) {
        if (isOverflow(error) && !this.#overflowed && !this.#disposed) {
          this.#overflowed = true;
          await this.#remake('overflow', error.message);
          continue;
        }
        const reason = await this.#lossBehind(error);
        if (reason === undefined || this.#disposed) throw error;
        if (performance.now() - this.#lastLoss < SOON_MS) throw this.#lose(`${reason}, for the second time`);
        await this.#remake('lost', reason);
        this.#lastLoss = performance.now();
      }
    }
  }

  /** Why the device is gone, if that is what an error means. */
  async #lossBehind(error: unknown): Promise<string | undefined> {
    if (!LlamellaError.isInstance(error) || error.code !== 'backend') return undefined;
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, LOSS_NOTICE_MS, undefined));
    return Promise.race([this.#backend.lost, late]);
  }

  async #remake(cause: 'lost' | 'overflow', reason: string): Promise<void> {
    const { capacity } = this.storage;
    this.#recovery.onRecovery({ done: false, reason });
    await Promise.resolve(this.#backend[asyncDispose]()).catch(() => undefined);
    this.#present.fill(0);
    try {
      this.#backend = await this.#recovery.create(capacity, cause);
    } catch (error) {
      throw this.#lose(
        `${reason}, and the model could not be loaded again (${(error as Error).message})`,
        error,
      );
    }
    if (this.#disposed) await this.#backend[asyncDispose]();
    this.#recovery.onRecovery({ done: true, reason });
  }

  #lose(what: string, cause?: unknown): LlamellaError {
    const advice = 'load the model again, or on the processor (device wasm)';
    this.#failure = new LlamellaError('backend', `${what}; ${advice}`, { cause });
    this.#recovery.onLost(this.#failure);
    return this.#failure;
  }
}

function isOverflow(error: unknown): error is LlamellaError {
  return LlamellaError.isInstance(error) && error.code === 'overflow';
}
