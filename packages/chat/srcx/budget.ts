import { isDict, isList, isText, type Value } from './engine.ts';
import type { ChatTemplateLimits } from './limits.ts';

/** Size of a number, or of a list or dict beside what is in it. */
const VALUE_SIZE = 8;
const DEEPEST = 500;
/** Characters that are searched or compared in a step. */
const LENGTH_PER_STEP = 1024;

/** A template used more than its limits. */
export class LimitError extends Error {}

/** Counts what one conversation costs, and stops with an error where that is more than the limits. */
export class Budget {
  readonly #limits: ChatTemplateLimits;
  #steps = 0;
  /** Sizes of values that cannot change any more. Only namespaces, and what holds one, can. */
  readonly #sizes = new WeakMap<Value, number>();
  #namespaces = 0;

  constructor(limits: ChatTemplateLimits) {
    this.#limits = limits;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#limits.steps)
      throw new LimitError(`took more than ${this.#limits.steps} steps, the limit for one conversation`);
  }

  /** The cost of looking for one text in another. */
  spendSearch(text: string, part: string): void {
    this.spend((text.length * part.length) / LENGTH_PER_STEP);
  }

  checkSize(size: number): number {
    if (size > this.#limits.outputLength)
      throw new LimitError(`makes a text or list longer than ${this.#limits.outputLength}, the limit`);
    return size;
  }

  /** Length of a text; for a list or dict, entries and texts of everything in it, as if it were written out. */
  measure(value: Value, depth = 0): number {
    if (isText(value)) return this.checkSize(value.value.length);
    if (!isList(value) && !isDict(value)) return VALUE_SIZE;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    if (depth > DEEPEST) throw new LimitError(`makes data nested more than ${DEEPEST} deep`);
    const before = this.#namespaces;
    if (value.type === 'NamespaceValue') this.#namespaces++;
    let size = VALUE_SIZE;
    if (isDict(value)) for (const key of value.value.keys()) size += key.length;
    for (const child of value.value.values()) {
      this.spend(1 / VALUE_SIZE);
      size = this.checkSize(size + this.measure(child, depth + 1));
    }
    this.spend(1);
    if (this.#namespaces === before) this.#sizes.set(value, size);
    return size;
  }
}
