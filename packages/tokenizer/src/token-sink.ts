import type { SourceText } from './source-text.ts';

/** Collects the ids of one `encode`, and their offsets when asked for. */
export class TokenSink {
  #ids = new Uint32Array(64);
  #offsets: Uint32Array | undefined;
  /** Collecting may stop once there are more ids than this. */
  readonly #limit: number;
  length = 0;

  constructor(withOffsets: boolean, limit = Number.POSITIVE_INFINITY) {
    this.#offsets = withOffsets ? new Uint32Array(128) : undefined;
    this.#limit = limit;
  }

  get withOffsets(): boolean {
    return this.#offsets !== undefined;
  }

  get full(): boolean {
    return this.length > this.#limit;
  }

  push(id: number): void {
    if (this.length === this.#ids.length) this.#grow(1);
    this.#ids[this.length++] = id;
  }

  /** Adds `ids[start, end)`, which stand for no known part of the text. */
  pushAll(ids: Int32Array, start: number, end: number): void {
    if (this.length + end - start > this.#ids.length) this.#grow(end - start);
    const own = this.#ids;
    let { length } = this;
    for (let i = start; i < end; i++) own[length++] = ids[i]!;
    this.length = length;
  }

  /** Adds an id that stands for the units `[start, end)` of `source`. */
  pushRange(id: number, source: SourceText, start: number, end: number): void {
    this.push(id);
    if (!this.#offsets) return;
    this.#offsets[2 * this.length - 2] = source.originalStart(start);
    this.#offsets[2 * this.length - 1] = source.originalEnd(end);
  }

  /** Adds an id that stands for no text. */
  pushEmpty(id: number): void {
    this.push(id);
  }

  ids(): Uint32Array {
    return this.#ids.slice(0, this.length);
  }

  offsets(): Uint32Array {
    return this.#offsets?.slice(0, 2 * this.length) ?? new Uint32Array(0);
  }

  #grow(count: number): void {
    const room = Math.max(2 * this.#ids.length, this.length + count);
    const ids = this.#ids;
    this.#ids = new Uint32Array(room);
    this.#ids.set(ids);
    if (!this.#offsets) return;
    const offsets = this.#offsets;
    this.#offsets = new Uint32Array(2 * room);
    this.#offsets.set(offsets);
  }
}
