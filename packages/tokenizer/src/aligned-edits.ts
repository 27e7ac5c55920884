import type { Edit } from './source-text.ts';
import { characterLength } from './utf8.ts';

/** Where the character before `end` starts; 0 when there is none. */
export function characterBefore(text: string, end: number): number {
  return Math.max(0, end - (text.codePointAt(end - 2)! > 0xffff ? 2 : 1));
}

/**
 * Puts edits together from the characters of the new text, in order, so that each of them comes from one character of
 * the old text.
 *
 * Source: `NormalizedString::transform_range` in tokenizers/src/tokenizer/normalizer.rs of
 * https://github.com/huggingface/tokenizers
 */
export class AlignedEdits {
  readonly edits: (Edit & { replacement: string })[] = [];
  /** Where the next old character starts. May be moved over text that stays as it is. */
  old = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Adds a new character.
   *
   * @param change 1 when it comes from the old character before the next one, 0 when it comes from the next one, -n
   *   when n old characters behind that one go away
   */
  put(character: string, change: number): void {
    const end = this.old;
    if (change > 0) {
      const start = characterBefore(this.#text, end);
      const replacement = this.#text.slice(start, end);
      if (this.edits.at(-1)?.end !== end) this.edits.push({ start, end, replacement });
      this.edits.at(-1)!.replacement += character;
      return;
    }
    this.replace(character);
    for (; change < 0; change++) this.replace('');
  }

  /** Replaces the next old character. */
  replace(replacement: string): void {
    const start = this.old;
    const end = Math.min(start + characterLength(this.#text, start), this.#text.length);
    if (this.#text.slice(start, end) !== replacement) this.edits.push({ start, end, replacement });
    this.old = end;
  }
}
