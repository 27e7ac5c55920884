interface Pattern {
  readonly text: string;
  /** `failure[n]`: length of the longest proper prefix of `text` that ends its first `n + 1` characters. */
  readonly failure: Uint32Array;
  /** How many characters of `text` the input ends with. */
  matched: number;
}

/**
 * Finds the first stop string in a stream of text and holds back what may become one. The first to be complete wins,
 * and of several that end at the same character the longest; so the result does not depend on how the text is split.
 * Matching is Knuth-Morris-Pratt (Knuth, Morris, Pratt, "Fast pattern matching in strings", 1977), one automaton per
 * stop string, over UTF-16 units.
 */
export class StopMatcher {
  readonly #patterns: readonly Pattern[];
  #held = '';
  #stopped = false;

  /** @param texts none of them empty */
  constructor(texts: readonly string[]) {
    this.#patterns = texts.map((text) => ({ text, failure: failureTable(text), matched: 0 }));
  }

  /** Whether a stop string was found. Everything pushed afterwards is dropped. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** @returns the text that is certain not to belong to a stop string, which may include text held back before */
  push(text: string): string {
    if (this.#stopped) return '';
    if (this.#patterns.length === 0 || text === '') return text;
    const all = this.#held + text;
    for (let position = this.#held.length; position < all.length; position++) {
      const found = this.#advance(all.charCodeAt(position));
      if (found > 0) {
        this.#stopped = true;
        this.#held = '';
        return all.slice(0, position + 1 - found);
      }
    }
    let hold = 0;
    for (const { matched } of this.#patterns) hold = Math.max(hold, matched);
    this.#held = all.slice(all.length - hold);
    return all.slice(0, all.length - hold);
  }

  /** Ends the stream. @returns what was held back */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /** Takes one character. @returns the length of the longest stop string that it completes, or 0 */
  #advance(character: number): number {
    let found = 0;
    for (const pattern of this.#patterns) {
      const { text, failure } = pattern;
      let { matched } = pattern;
      while (matched > 0 && text.charCodeAt(matched) !== character) matched = failure[matched - 1]!;
      if (text.charCodeAt(matched) === character) matched++;
      pattern.matched = matched;
      if (matched === text.length) found = Math.max(found, matched);
    }
    return found;
  }
}

function failureTable(text: string): Uint32Array {
  const failure = new Uint32Array(text.length);
  for (let index = 1, length = 0; index < text.length; index++) {
    while (length > 0 && text[index] !== text[length]) length = failure[length - 1]!;
    if (text[index] === text[length]) length++;
    failure[index] = length;
  }
  return failure;
}
