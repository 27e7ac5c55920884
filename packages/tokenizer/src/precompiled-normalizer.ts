import { AlignedEdits } from './aligned-edits.ts';
import type { CharacterMap } from './character-map.ts';
import type { Normalizer } from './normalizer.ts';

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
    const aligned = new AlignedEdits(text);
    let isEmpty = true;
    /** Whether the last new character comes from the same old one as the one before it. */
    let isFurther = false;
    const keep = (start: number, end: number) => {
      if (aligned.old === start) aligned.old = end;
      else aligned.put(text.slice(start, end), 0);
      isEmpty = isFurther = false;
    };
    const replace = (start: number, end: number, replacement: string) => {
      const news = Array.from(replacement);
      let left = Array.from(text.slice(start, end)).length;
      if (news.length === 0) {
        if (isEmpty) return;
        if (isFurther) {
          // It takes the place of the first old character that goes away.
          const last = aligned.edits.at(-1)!;
          const further = Array.from(last.replacement).at(-1)!;
          last.replacement = last.replacement.slice(0, -further.length);
          news.push(further);
        }
      }
      isFurther = news.length > left;
      for (const character of news) aligned.put(character, left-- > 0 ? 0 : 1);
      for (; left > 0; left--) aligned.replace('');
      isEmpty = false;
    };
    const characters = (start: number, end: number) => {
      for (let at = start; at < end; ) {
        const code = text.codePointAt(at)!;
        const to = at + (code > 0xffff ? 2 : 1);
        const replacement = code < 128 ? ascii[code] : map.match(text, at, to, true);
        if (replacement === undefined) keep(at, to);
        else replace(at, to, replacement);
        at = to;
      }
    };
    const graphemes = (start: number, stretch: string) => {
      for (const { segment, index } of segmenter.segment(stretch)) {
        const from = start + index;
        const to = from + segment.length;
        const whole = utf8Size(segment) < 6 ? map.match(text, from, to, true) : undefined;
        if (whole === undefined) characters(from, to);
        else replace(from, to, whole);
      }
    };
    let done = 0;
    for (const { 0: stretch, index } of text.matchAll(stretches)) {
      characters(done, index);
      graphemes(index, stretch);
      done = index + stretch.length;
    }
    characters(done, text.length);
    while (aligned.old < text.length) aligned.replace('');
    return aligned.edits;
  };
}

function utf8Size(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    size += unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
  }
  return size;
}
