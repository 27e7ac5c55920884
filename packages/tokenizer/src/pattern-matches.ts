/**
 * The matches of a pattern, where Oniguruma and Rust find them: none of no width right after another match, as
 * JavaScript has, or in the middle of a surrogate pair, as V8 has.
 *
 * @param pattern with flag `g`
 */
export function* matchesOf(text: string, pattern: RegExp): Generator<RegExpExecArray> {
  let done = -1;
  for (const match of text.matchAll(pattern)) {
    const { 0: matched, index } = match;
    if (matched === '' && (index === done || (index > 0 && text.codePointAt(index - 1)! > 0xffff))) continue;
    done = index + matched.length;
    yield match;
  }
}
