import { foldedRange, literal, namedClass } from './pattern-class.ts';
import type { PatternCursor } from './pattern-cursor.ts';

/** Translates a character class, after its `[`. @param fold when case does not count */
export function translateClass(cursor: PatternCursor, fold: boolean): string {
  const caret = cursor.take('^') ? '^' : '';
  const sides = [''];
  for (let first = true; first || !cursor.take(']'); first = false) {
    if (cursor.ended) cursor.unsupported('a character class without an end');
    if (cursor.take('&&')) sides.push('');
    else sides[sides.length - 1] += member(cursor, fold);
  }
  return sides.length === 1
    ? `[${caret}${sides[0]}]`
    : `[${caret}${sides.map((side) => `[${side}]`).join('&&')}]`;
}

function member(cursor: PatternCursor, fold: boolean): string {
  const posix = cursor.match(/\[:(\^?)(\w+):\]/y);
  if (posix) return namedClass(posix[2]!, posix[1] === '^', true);
  if (cursor.take('[')) return translateClass(cursor, fold);
  const escaped = cursor.take('\\');
  const set = escaped ? cursor.escapedSet(fold) : undefined;
  if (set) return set;
  const first = escaped ? cursor.escapedCharacter() : cursor.character();
  let last = first;
  if (cursor.match(/-(?!\]|\[|\\[dDsSwWhHpP])/y)) {
    last = cursor.take('\\') ? cursor.escapedCharacter() : cursor.character();
    if (last < first) cursor.unsupported('a range that runs backwards');
  }
  const range = first === last ? literal(first) : `${literal(first)}-${literal(last)}`;
  return fold ? range + foldedRange(first, last) : range;
}
