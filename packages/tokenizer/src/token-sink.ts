import type { SourceText } from './source-text.ts';

/** Collects the ids of one `encode`, and their offsets when asked for. */
export class TokenSink {
  readonly ids: number[] = [];
  /** Two per id; none when they are not asked for. */
  readonly offsets: number[] | undefined;
  /** Collecting may stop once there are more ids than this. */
  readonly limit: number;

  constructor(withOffsets: boolean, limit = Number.POSITIVE_INFINITY) {
    this.offsets = withOffsets ? [] : undefined;
    this.limit = limit;
  }

  get full(): boolean {
    return this.ids.length > this.limit;
  }

  /** Adds an id that stands for no text. */
  pushEmpty(id: number): void {
    this.ids.push(id);
    this.offsets?.push(0, 0);
  }

  /** Adds an id that stands for the units `[start, end)` of `source`. */
  pushRange(id: number, source: SourceText, start: number, end: number): void {
    this.ids.push(id);
    this.offsets?.push(source.originalStart(start), source.originalEnd(end));
  }
}
