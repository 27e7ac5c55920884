/** A token that is looked for in the text before anything else, with the fields of tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** A control token: looked for only when `parseSpecialTokens` is set. */
  readonly special: boolean;
  /** Only as a word of its own. */
  readonly singleWord?: boolean;
  /** Takes in the white space before it, after it. */
  readonly leftStrip?: boolean;
  readonly rightStrip?: boolean;
  /** Looked for after normalization instead of before. */
  readonly normalized?: boolean;
}

/** A token and the text by which it is found. */
export interface TokenPattern {
  readonly token: AddedToken;
  readonly text: string;
}

/** All control tokens, none, or those with the texts given. */
export type AllowedTokens = boolean | ReadonlySet<string>;

/** Gets the stretches of a text in order, those that are a token with it. Returning `false` ends the work. */
export type StretchHandler = (start: number, end: number, token?: AddedToken) => boolean;

/**
 * Cuts `text[start, end)`.
 *
 * @param allowed whether control tokens count, or which of them
 * @returns `false` when the handler ended the work
 */
export type AddedTokenSplitter = (
  text: string,
  start: number,
  end: number,
  allowed: AllowedTokens,
  handle: StretchHandler,
) => boolean;

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
export function addedTokenSplitter(patterns: readonly TokenPattern[]): AddedTokenSplitter {
  const root: Node = { next: new Map() };
  for (const { token, text } of patterns) {
    let node = root;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      let child = node.next.get(unit);
      if (!child) node.next.set(unit, (child = { next: new Map() }));
      node = child;
    }
    if (node !== root) node.token ??= token;
  }
  /** 1 for the UTF-16 units with which a token starts. */
  const isFirst = new Uint8Array(1 << 16);
  for (const unit of root.next.keys()) isFirst[unit] = 1;
  const onlySpecial = patterns.every(({ token }) => token.special);

  return (text, start, end, allowed, handle) => {
    let done = start;
    for (let at = onlySpecial && (allowed === false || patterns.length === 0) ? end : start; at < end; ) {
      let found: AddedToken | undefined;
      let stop = at + 1;
      let node = isFirst[text.charCodeAt(at)] ? root.next.get(text.charCodeAt(at)) : undefined;
      for (let i = at + 1; node; node = i < end ? node.next.get(text.charCodeAt(i++)) : undefined) {
        if (!node.token) continue;
        found = node.token;
        stop = i;
      }
      if (
        found &&
        (!found.special || (typeof allowed === 'boolean' ? allowed : allowed.has(found.content))) &&
        !(found.singleWord && isPartOfWord(text, at, stop, start, end))
      ) {
        const from = found.leftStrip ? pastSpaces(text, at, done, -1) : at;
        const to = found.rightStrip ? pastSpaces(text, stop, end, 1) : stop;
        if (done < from && !handle(done, from)) return false;
        if (!handle(from, to, found)) return false;
        done = stop = to;
      }
      at = stop;
    }
    return done >= end || handle(done, end);
  };
}

const word = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const wordBefore = new RegExp(`${word}$`, 'u');
const wordAfter = new RegExp(`^${word}`, 'u');

function isPartOfWord(text: string, from: number, to: number, start: number, end: number): boolean {
  return (
    wordBefore.test(text.slice(Math.max(start, from - 2), from)) ||
    wordAfter.test(text.slice(to, Math.min(end, to + 2)))
  );
}

/** The end of the white space in `text` on one side of `at`, with `step` 1 or -1, up to `limit`. */
function pastSpaces(text: string, at: number, limit: number, step: 1 | -1): number {
  const offset = step < 0 ? -1 : 0;
  while (at !== limit && /\p{White_Space}/u.test(text[at + offset]!)) at += step;
  return at;
}
