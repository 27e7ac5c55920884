/** Kind of a token of text in `tokenizer.ggml.token_type`. */
const NORMAL = 1;

/**
 * Pairs of tokens whose texts together are a token, the one with the highest score first.
 *
 * Source: `generate_merges` in huggingface/transformers `convert_slow_tokenizer.py`, whose order of equal scores is
 * kept: longer first parts, then longer second parts, then lower ids.
 */
export function mergesFromScores(
  tokens: readonly string[],
  kinds: ArrayLike<number>,
  scores: ArrayLike<number>,
): [string, string][] {
  const ids = new Map<string, number>();
  for (const [id, text] of tokens.entries()) if (kinds[id] === NORMAL) ids.set(text, id);
  const pairs: { left: string; right: string; score: number; first: number; second: number }[] = [];
  for (const [text, id] of ids) {
    const letters = [...text];
    for (let at = 1; at < letters.length; at++) {
      const left = letters.slice(0, at).join('');
      const right = letters.slice(at).join('');
      const first = ids.get(left);
      const second = ids.get(right);
      if (first === undefined || second === undefined) continue;
      pairs.push({ left, right, score: scores[id]!, first, second });
    }
  }
  pairs.sort(
    (a, b) =>
      b.score - a.score ||
      b.left.length - a.left.length ||
      b.right.length - a.right.length ||
      a.first - b.first ||
      a.second - b.second,
  );
  return pairs.map(({ left, right }) => [left, right]);
}
