import type { Budget } from './budget.ts';
import { entriesOf, isText, UNDEFINED, type Value } from './engine.ts';
import { toText } from './python-text.ts';

type Method = (text: string, values: readonly (Value | undefined)[], budget: Budget) => unknown;

export const numberOf = (value: Value | undefined, otherwise: number): number =>
  typeof value?.value === 'number' ? value.value : otherwise;

/** A method that removes characters from the ends of a text; default: white space. */
const strip =
  (atStart: boolean, atEnd: boolean): Method =>
  (text, [characters]) => {
    const removes = (character: string) =>
      isText(characters) ? characters.value.includes(character) : character.trim() === '';
    let start = 0;
    let end = text.length;
    while (atStart && start < end && removes(text[start]!)) start++;
    while (atEnd && start < end && removes(text[end - 1]!)) end--;
    return text.slice(start, end);
  };

/** Methods of texts that the engine lacks, has in part only, or that can take much. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries<Method>({
    strip: strip(true, true),
    lstrip: strip(true, false),
    rstrip: strip(false, true),
    replace: (text, [from = UNDEFINED, to = UNDEFINED, most], budget) => {
      const [before, after] = [toText(from), toText(to)];
      const parts = before === '' ? ['', ...text, ''] : text.split(before);
      const count = Math.min(numberOf(most, -1) >>> 0, parts.length - 1);
      budget.checkSize(text.length + count * after.length);
      return [...parts.slice(0, count), parts.slice(count).join(before)].join(after);
    },
    join: (separator, [items = UNDEFINED], budget) => {
      let size = 0;
      const texts = entriesOf(items).map((item) => {
        const text = toText(item);
        size = budget.checkSize(size + text.length + separator.length);
        return text;
      });
      return texts.join(separator);
    },
  }),
);
