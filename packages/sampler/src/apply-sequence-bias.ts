import { checkTokens } from './check-tokens.ts';

/** What is added to the logit of the last token of each sequence. */
export interface SequenceBias {
  /** What errors call it: the option that it comes from. */
  readonly name: string;
  /** Token ids, one or more each. */
  readonly sequences: readonly Uint32Array[];
  /** One for each sequence; -Infinity bans. */
  readonly biases: Float64Array;
}

/**
 * Adds a bias to the last token of each sequence whose other tokens are the last of `tokens`; a sequence of one token
 * is always biased. Biases of one token add up.
 *
 * Source: transformers' `SequenceBiasLogitsProcessor`; with sequences of one token it is OpenAI's logit bias, with
 * -Infinity it bans words.
 *
 * @throws {InvalidArgumentError} when a last token is not below `logits.length`
 */
export function applySequenceBias(
  logits: Float32Array,
  tokens: Uint32Array,
  tokenCount: number,
  { name, sequences, biases }: SequenceBias,
): void {
  const { length } = logits;
  for (let s = 0; s < sequences.length; s++) {
    const sequence = sequences[s]!;
    const before = sequence.length - 1;
    if (sequence[before]! >= length) checkTokens(sequence, before, before + 1, length, name);
    if (before > tokenCount) continue;
    let i = 0;
    while (i < before && sequence[i] === tokens[tokenCount - before + i]) i++;
    if (i === before) logits[sequence[before]!]! += biases[s]!;
  }
}
