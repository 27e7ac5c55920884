/**
 * Sets to -Infinity the logits of tokens that would complete a sequence of `size` tokens which has occurred before.
 * Tokens that are not below `logits.length` are passed over.
 *
 * Source: Paulus et al., "A Deep Reinforced Model for Abstractive Summarization", 2017; as transformers, prompt
 * included.
 *
 * @param size 1 or more; `1` bans every token that has occurred
 */
export function banRepeatedNgrams(
  logits: Float32Array,
  tokens: Uint32Array,
  tokenCount: number,
  size: number,
): void {
  const suffix = tokenCount - size + 1;
  for (let start = 0; start < suffix; start++) {
    let i = 0;
    while (i < size - 1 && tokens[start + i] === tokens[suffix + i]) i++;
    const next = tokens[start + size - 1]!;
    if (i === size - 1 && next < logits.length) logits[next] = -Infinity;
  }
}
