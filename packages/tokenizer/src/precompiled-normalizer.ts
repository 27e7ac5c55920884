import type { CharacterMap } from './character-map.ts';
import type { Normalizer } from './normalizer.ts';
import type { Edit } from './source-text.ts';

/** Stretches in which characters may be joined to graphemes, with the ASCII characters next to them. */
const stretches = /\r\n|[ -~]?(?:[^\0-\x7f]+[ -~]?)+/g;

/**
 * The normalizer `Precompiled` of tokenizer.json: looks up each grapheme of up to five bytes, and then each of its
 * characters. The first rule for a beginning of a grapheme replaces all of it.
 *
 * Source: src/lib.rs of https://github.com/huggingface/spm_precompiled and
 * tokenizers/src/normalizers/precompiled.rs of https://github.com/huggingface/tokenizers. The latter says which
 * character of the original each new one comes from: the first new ones from the old ones in order, further ones from
 * the last old one. Old ones that are left over go with the character before them, and are not counted at all where
 * there is none, which shifts the places of all characters that follow.
 */
export function precompiled(map: CharacterMap): Normalizer {
  const segmenter = new Intl.Segmenter('und');
  const ascii = Array.from({ length: 128 }, (_, code) => map.match(String.fromCharCode(code), 0, 1, true));
  return (text) => {
    const edits = new AlignedEdits(text);
    const characters = (start: number, end: number) => {
      for (let at = start; at < end; ) {
        const code = text.codePointAt(at)!;
        const to = at + (code > 0xffff ? 2 : 1);
        const replacement = code < 128 ? ascii[code] : map.match(text, at, to, true);
        if (replacement === undefined) edits.keep(at, to);
        else edits.replace(at, to, replacement);
        at = to;
      }
    };
    const graphemes = (start: number, stretch: string) => {
      for (const { segment, index } of segmenter.segment(stretch)) {
        const from = start + index;
        const to = from + segment.length;
        const whole = utf8Size(segment) < 6 ? map.match(text, from, to, true) : undefined;
        if (whole === undefined) characters(from, to);
        else edits.replace(from, to, whole);
      }
    };
    let done = 0;
    for (const { 0: stretch, index } of text.matchAll(stretches)) {
      characters(done, index);
      graphemes(index, stretch);
      done = index + stretch.length;
    }
    characters(done, text.length);
    return edits.finish();
  };
}

/** Puts edits together so that each character of a replacement comes from the character that the source says. */
class AlignedEdits {
  readonly #text: string;
  readonly #edits: Edit[] = [];
  /** The next old character that a new one comes from. It lags when a text starts with characters that go away. */
  #old = 0;
  #isEmpty = true;
  /** Whether the last new character is one of those that come from the last old one. */
  #inserted = false;

  constructor(text: string) {
    this.#text = text;
  }

  keep(start: number, end: number): void {
    this.#isEmpty = this.#inserted = false;
    if (this.#old === start) this.#old = end;
    else this.#put(this.#text.slice(start, end), 1);
  }

  replace(start: number, end: number, replacement: string): void {
    const olds = Array.from(this.#text.slice(start, end)).length;
    const news = Array.from(replacement);
    let left = olds - news.length;
    if (news.length === 0) {
      if (this.#isEmpty) return;
      if (this.#inserted) {
        // A further new character that others go away after takes the place of the first of those.
        const { replacement: before, ...range } = this.#edits.pop()!;
        const last = Array.from(before).at(-1)!;
        this.#edits.push({ ...range, replacement: before.slice(0, -last.length) });
        this.#put(last, 1);
        left--;
      }
    }
    for (let i = 0; i < Math.min(olds, news.length); i++) {
      this.#put(i + 1 < olds ? news[i]! : news.slice(i).join(''), 1);
    }
    if (left > 0) this.#put('', left);
    this.#isEmpty = false;
    this.#inserted = news.length > olds;
  }

  finish(): readonly Edit[] {
    if (this.#old < this.#text.length) this.#put('', this.#text.length);
    return this.#edits;
  }

  /** Replaces the next `count` old characters. */
  #put(replacement: string, count: number): void {
    const start = this.#old;
    for (let i = 0; i < count && this.#old < this.#text.length; i++) {
      this.#old += this.#text.codePointAt(this.#old)! > 0xffff ? 2 : 1;
    }
    this.#edits.push({ start, end: this.#old, replacement });
  }
}

function utf8Size(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    size += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return size;
}
