import type { TokenDecoder } from './token-decoder.ts';

const punctuation = / ([.?!,])/g;
const shortened = / (n't|'(?:m|s|ve|re))/g;

/**
 * Takes out spaces that English text does not have, such as those before a comma.
 *
 * Source: `cleanup` in decoders/wordpiece.rs of https://github.com/huggingface/tokenizers and
 * `clean_up_tokenization` of https://github.com/huggingface/transformers
 *
 * @param negation also writes " do not" as " don't"
 */
export function cleanUpSpaces(text: string, negation = false): string {
  if (!text.includes(' ')) return text;
  const joined = text.replace(punctuation, '$1').replaceAll(" ' ", "'");
  return (negation ? joined.replaceAll(' do not', " don't") : joined).replace(shortened, '$1');
}

/** Longest of what `cleanUpSpaces` looks for without `negation`. */
const longest = 4;

/** Cleans up what a decoder makes. */
export function withCleanUp(decoder: TokenDecoder): TokenDecoder {
  return {
    bytesOf: (id) => decoder.bytesOf(id),
    decode: (ids) => cleanUpSpaces(decoder.decode(ids)),
    stream: () => {
      const stream = decoder.stream();
      let held = '';
      return {
        push: (id) => {
          held += stream.push(id);
          const certain = certainLength(held);
          const text = held.slice(0, certain);
          held = held.slice(certain);
          return cleanUpSpaces(text);
        },
        flush: () => {
          const rest = cleanUpSpaces(held + stream.flush());
          held = '';
          return rest;
        },
      };
    },
  };
}

/** Length of the part of a text that nothing after it changes: it ends before any space that may go. */
function certainLength(text: string): number {
  const at = text.indexOf(' ', Math.max(0, text.length - longest + 1));
  if (at < 0) return text.length;
  let end = at;
  // A space after an apostrophe goes with the space before it.
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === "'")) end--;
  return end;
}
