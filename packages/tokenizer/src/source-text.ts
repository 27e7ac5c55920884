/**
 * A text on its way through the pipeline that knows where its UTF-16 units come from. Units are half-open ranges:
 * `originalStart(i)` belongs to the unit at `i`, `originalEnd(i)` to the unit before `i`.
 */
export interface SourceText {
  readonly text: string;
  originalStart(index: number): number;
  originalEnd(index: number): number;
}

/** A text as the caller gave it. */
export class OriginalText implements SourceText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  originalStart(index: number): number {
    return index;
  }

  originalEnd(index: number): number {
    return index;
  }
}

/** The units in `[start, end)` become `replacement`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A part of another text after some edits. A unit of a replacement comes from the whole replaced range. */
export class EditedText implements SourceText {
  readonly text: string;
  readonly #parent: SourceText;
  readonly #start: number;
  readonly #edits: readonly Edit[];
  /** Where the replacement of each edit starts in `text`. */
  readonly #places: number[] = [];

  /**
   * @param start @param end part of `parent` that is kept
   * @param edits in order, inside the part, not overlapping
   */
  constructor(parent: SourceText, start: number, end: number, edits: readonly Edit[]) {
    let text = '';
    let done = start;
    for (const edit of edits) {
      text += parent.text.slice(done, edit.start);
      this.#places.push(text.length);
      text += edit.replacement;
      done = edit.end;
    }
    this.text = text + parent.text.slice(done, end);
    this.#parent = parent;
    this.#start = start;
    this.#edits = edits;
  }

  originalStart(index: number): number {
    const edit = this.#editBefore(index);
    if (edit < 0) return this.#parent.originalStart(this.#start + index);
    const { start, end, replacement } = this.#edits[edit]!;
    const into = index - this.#places[edit]!;
    return this.#parent.originalStart(into < replacement.length ? start : end + into - replacement.length);
  }

  originalEnd(index: number): number {
    const edit = this.#editBefore(index - 1);
    if (edit < 0) return this.#parent.originalEnd(this.#start + index);
    const { end, replacement } = this.#edits[edit]!;
    const into = index - this.#places[edit]!;
    return this.#parent.originalEnd(end + Math.max(0, into - replacement.length));
  }

  /** The last edit whose replacement starts at or before a unit, or -1. */
  #editBefore(unit: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle]! <= unit) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
