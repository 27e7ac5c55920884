import type { SourceText } from './source-text.ts';

/** Collects the ids of one `encode`, and their offsets when asked for. */
export class TokenSink {
  #ids = new Uint32Array(64);
  /** Two per id. */
  #offsets: Uint32Array;
  readonly withOffsets: boolean;
  /** Collecting may stop once there are more ids than this. */
  readonly #limit: number;
  length = 0;

  constructor(withOffsets: boolean, limit = Number.POSITIVE_INFINITY) {
    this.withOffsets = withOffsets;
    this.#offsets = new Uint32Array(withOffsets ? 128 : 0);
    this.#limit = limit;
  }

  get full(): boolean {
    return this.length > this.#limit;
  }

  /** Adds an id that stands for no text, or for no known part of it. */
  push(id: number): void {
    if (this.length === this.#ids.length) {
      this.#ids = doubled(this.#ids);
      this.#offsets = doubled(this.#offsets);
    }
    this.#ids[this.length++] = id;
  }

  /** Adds an id that stands for the units `[start, end)` of `source`. */
  pushRange(id: number, source: SourceText, start: number, end: number): void {
    this.push(id);
    if (!this.withOffsets) return;
    this.#offsets[2 * this.length - 2] = source.originalStart(start);
    this.#offsets[2 * this.length - 1] = source.originalEnd(end);
  }

  ids(): Uint32Array {
    return this.#ids.slice(0, this.length);
  }

  offsets(): Uint32Array {
    return this.#offsets.slice(0, 2 * this.length);
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(2 * array.length);
  result.set(array);
  return result;
}
