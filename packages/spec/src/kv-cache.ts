/** Storage of keys and values, as the runtime provides it: rows (slots) of `capacity` positions each. */
export interface KvStorage {
  /** Positions that each slot can hold now. */
  readonly capacity: number;
  /** Rows: sequences that can be held at once. */
  readonly slots: number;
  /** Bytes that one more position costs over all layers of one slot. */
  readonly bytesPerToken: number;
  /**
   * Enlarges every slot to `capacity` positions and keeps the first `lengths[slot]` positions of each. On failure
   * the old storage stays in use, unchanged.
   */
  grow(capacity: number, lengths: readonly number[]): Promise<void>;
}

/** Tokens of one sequence and the slot in which their keys and values live. */
export interface KvSequence {
  /** Row of the storage that the sequence uses. */
  readonly slot: number;
  /** Tokens whose keys and values are in the cache. The next token goes to position `length`. */
  readonly length: number;
  /** Makes room for `count` more tokens. @throws {LlamellaError} `context-full` beyond the model's context. */
  reserve(count: number): Promise<void>;
  /** Records tokens whose keys and values the backend has written. */
  append(tokens: Uint32Array): void;
  /** Forgets all tokens from position `length` on. Costs nothing: they are overwritten later. */
  rewind(length: number): void;
  /** Gives the slot back. Its contents stay until reused, so that a later prompt can pick up a common prefix. */
  release(): void;
}

/** Decides which sequence uses which slot and positions. Pure bookkeeping: it holds no keys or values. */
export interface KvCache {
  /** Most tokens in one sequence. */
  readonly contextLength: number;
  /**
   * Takes a slot for a prompt: the free one whose cached tokens share the longest prefix with it. The returned
   * sequence is rewound to that prefix, and to at most `prompt.length - 1`, since a model needs one token to run on.
   *
   * @throws {LlamellaError} `context-full` when the prompt alone is longer than the context
   */
  acquire(prompt: Uint32Array): KvSequence;
}
