import { InvalidArgumentError, type Tokenizer } from '@llamella/spec';

/** What `findBreakers` asks of a tokenizer. */
export type BreakerTokenizer = Pick<Tokenizer, 'vocabularySize' | 'tokenBytes' | 'idToToken' | 'encode'>;

/** Longest breaker in bytes, and longest rest of one in tokens. */
const LONGEST_TEXT = 40;
const LONGEST_TAIL = 20;

/**
 * Token sequences in which a text of `texts` occurs, for `dryBreakers`: every token that holds a text, and every token
 * that ends with the beginning of one, followed by the tokens of the rest. It compares bytes, and looks at each token
 * of the vocabulary once for each text.
 *
 * Source: llama.cpp, after pi6am's koboldcpp pull request 982. Texts end after 40 bytes and rests after 20 tokens.
 *
 * @throws {InvalidArgumentError} for an empty text
 */
export function findBreakers(texts: readonly string[], tokenizer: BreakerTokenizer): number[][] {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const found = new Map<string, number[]>();
  for (const [index, text] of texts.entries()) {
    if (text === '') throw new InvalidArgumentError(`texts[${index}]`, 'must not be empty');
    const wanted = encoder.encode(text).subarray(0, LONGEST_TEXT);
    for (let id = 0; id < tokenizer.vocabularySize; id++) {
      let bytes = tokenizer.tokenBytes(id);
      // A control token stands for no bytes, but is written as a text.
      if (bytes.length === 0) bytes = encoder.encode(tokenizer.idToToken(id) ?? '');
      const tails = new Map<string, number[]>();
      for (let at = bytes.indexOf(wanted[0]!); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
        let matched = 1;
        while (matched < wanted.length && bytes[at + matched] === wanted[matched]) matched++;
        if (matched === wanted.length) {
          tails.clear();
          tails.set('', []);
          break;
        }
        if (at + matched < bytes.length) continue;
        const rest = decoder.decode(wanted.subarray(matched));
        const tail = [...tokenizer.encode(rest, { addSpecialTokens: false })].slice(0, LONGEST_TAIL);
        tails.set(tail.join(), tail);
      }
      for (const tail of tails.values()) found.set([id, ...tail].join(), [id, ...tail]);
    }
  }
  return [...found.values()];
}
