import type { SourceText } from './source-text.ts';

/** Collects the ids of one `encode`, and their offsets when asked for. */
export class TokenSink {
  #ids = new Uint32Array(64);
  readonly #offsets: number[] | undefined;
  /** Collecting may stop once there are more ids than this. */
  readonly #limit: number;
  length = 0;

  constructor(withOffsets: boolean, limit = Number.POSITIVE_INFINITY) {
    this.#offsets = withOffsets ? [] : undefined;
    this.#limit = limit;
  }

  get withOffsets(): boolean {
    return this.#offsets !== undefined;
  }

  get full(): boolean {
    return this.length > this.#limit;
  }

  push(id: number): void {
    if (this.length === this.#ids.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids[this.length++] = id;
  }

  /** Adds an id that stands for the units `[start, end)` of `source`. */
  pushRange(id: number, source: SourceText, start: number, end: number): void {
    this.push(id);
    this.#offsets?.push(source.originalStart(start), source.originalEnd(end));
  }

  /** Adds an id that stands for no text. */
  pushEmpty(id: number): void {
    this.push(id);
    this.#offsets?.push(0, 0);
  }

  ids(): Uint32Array {
    return this.#ids.slice(0, this.length);
  }

  offsets(): Uint32Array {
    return Uint32Array.from(this.#offsets ?? []);
  }
}
