/** A token that is looked for in the text before anything else, with the fields of tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** A control token: looked for only when `parseSpecialTokens` is set. */
  readonly special: boolean;
  /** Only as a word of its own. */
  readonly singleWord: boolean;
  /** Takes in the white space before it, after it. */
  readonly leftStrip: boolean;
  readonly rightStrip: boolean;
  /** Looked for after normalization instead of before. */
  readonly normalized: boolean;
}

/** All control tokens, none, or those with the texts given. */
export type AllowedTokens = boolean | ReadonlySet<string>;

/** Gets the stretches of a text in order, those that are a token with it. Returning `false` ends the work. */
export type StretchHandler = (start: number, end: number, token?: AddedToken) => boolean;

interface Node {
  readonly next: Map<number, Node>;
  token?: AddedToken;
}

/**
 * Finds added tokens in a text, the leftmost first and of those the longest.
 *
 * Source: `AddedVocabulary::find_matches` of https://github.com/huggingface/tokenizers. A control token that is
 * not to be parsed still hides tokens inside it, as there.
 */
export class AddedTokenMatcher {
  readonly #root: Node = { next: new Map() };
  /** 1 for the UTF-16 units with which a token starts. */
  readonly #firstUnits = new Uint8Array(1 << 16);
  readonly #onlySpecial: boolean;

  /** @param patterns tokens and the text by which each is found */
  constructor(patterns: readonly { readonly token: AddedToken; readonly text: string }[]) {
    for (const { token, text } of patterns) {
      let node = this.#root;
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        let child = node.next.get(unit);
        if (!child) node.next.set(unit, (child = { next: new Map() }));
        node = child;
      }
      if (node !== this.#root) node.token ??= token;
    }
    for (const unit of this.#root.next.keys()) this.#firstUnits[unit] = 1;
    this.#onlySpecial = patterns.every(({ token }) => token.special);
  }

  /**
   * Cuts `text[start, end)`.
   *
   * @param special whether control tokens count, or which of them
   * @returns `false` when the handler ended the work
   */
  split(text: string, start: number, end: number, special: AllowedTokens, handle: StretchHandler): boolean {
    if (this.#onlySpecial && (special === false || this.#root.next.size === 0))
      return start === end || handle(start, end);
    let done = start;
    for (let at = this.#candidate(text, start, end); at < end; ) {
      const { token, stop } = this.#longest(text, at, end);
      if (!token) {
        at = this.#candidate(text, at + 1, end);
        continue;
      }
      const allowed = !token.special || (typeof special === 'boolean' ? special : special.has(token.content));
      if (allowed && (!token.singleWord || isWord(text, at, stop, start, end))) {
        const from = token.leftStrip ? spacesBefore(text, at, done) : at;
        const to = token.rightStrip ? spacesAfter(text, stop, end) : stop;
        if (done < from && !handle(done, from)) return false;
        if (!handle(from, to, token)) return false;
        done = to;
      }
      at = this.#candidate(text, Math.max(stop, done), end);
    }
    return done >= end || handle(done, end);
  }

  #candidate(text: string, from: number, end: number): number {
    let at = from;
    while (at < end && this.#firstUnits[text.charCodeAt(at)] === 0) at++;
    return at;
  }

  #longest(text: string, at: number, end: number): { token?: AddedToken; stop: number } {
    let node: Node | undefined = this.#root;
    let found: { token?: AddedToken; stop: number } = { stop: at };
    for (let i = at; i < end && (node = node.next.get(text.charCodeAt(i))); i++) {
      if (node.token) found = { token: node.token, stop: i + 1 };
    }
    return found;
  }
}

const word = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const wordBefore = new RegExp(`${word}$`, 'u');
const wordAfter = new RegExp(`^${word}`, 'u');

function isWord(text: string, from: number, to: number, start: number, end: number): boolean {
  return (
    !wordBefore.test(text.slice(Math.max(start, from - 2), from)) &&
    !wordAfter.test(text.slice(to, Math.min(end, to + 2)))
  );
}

function spacesBefore(text: string, from: number, start: number): number {
  while (from > start && /\p{White_Space}/u.test(text[from - 1]!)) from--;
  return from;
}

function spacesAfter(text: string, to: number, end: number): number {
  while (to < end && /\p{White_Space}/u.test(text[to]!)) to++;
  return to;
}
