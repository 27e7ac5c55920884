import type { KvStorage } from './kv-cache.ts';

/** One run of the model over consecutive tokens of one sequence. */
export interface ForwardRequest {
  /** Row of the KV cache. */
  readonly slot: number;
  /** Position of the first of `tokens`; positions before it are in the cache. */
  readonly position: number;
  /** New tokens, one or more. Their keys and values are written at `position` and after it. */
  readonly tokens: Uint32Array;
  /**
   * Logits to return: of the last token, of every token, or none. `top`: of the last token its `top` largest, of equal
   * ones those with the lowest ids; the others are -Infinity. It may be at most `BackendInfo.mostTopLogits`.
   */
  readonly logits:
    | 'last'
    | 'all'
    | 'none'
    | {
        /** How many logits, from 1. */
        readonly top: number;
      };
}

/** What a backend is and can do. */
export interface BackendInfo {
  /** Name of the execution provider, such as `cpu` or `webgpu`. */
  readonly device: string;
  /** Logits per token, which may be more than the tokenizer has tokens. */
  readonly vocabularySize: number;
  /** The longest sequence that the graph was built for, in tokens. */
  readonly contextLength: number;
  /** Tokens in a prefill chunk that this backend runs best with; `forward` accepts more and fewer. */
  readonly prefillChunk: number;
  /**
   * The most that `ForwardRequest.logits` may ask for with `top`, which is then faster than `last`. Absent: the backend
   * does not know `top`.
   */
  readonly mostTopLogits?: number;
}

/** Executes the model. Calls to `forward` are queued: one step runs at a time, off the calling thread. */
export interface Backend extends AsyncDisposable {
  /** What this backend is and can do. */
  readonly info: BackendInfo;
  /** Where it keeps keys and values. */
  readonly storage: KvStorage;
  /**
   * Runs the model.
   *
   * @returns float32 logits `[rows, vocabularySize]`, rows = 1, tokens.length or 0, 1 with `top`. A view of memory that the
   *   next call reuses: copy what must live longer.
   * @throws {LlamellaError} `backend` when the runtime fails; the cache is unchanged before `position`. `overflow` when a
   *   graph in float16 gives a logit that is not finite: what is in the cache is then not to be used
   * @throws `signal.reason` when aborted; a running step is interrupted where the runtime allows it
   */
  forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array>;
}
