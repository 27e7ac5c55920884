/** Leaves the largest `count` of some logits, of equal ones the first, and makes the others -Infinity. */
export function keepTop(logits: Float32Array, count: number): Float32Array {
  const order = Array.from(logits, (_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
  for (const id of order.slice(count)) logits[id] = Number.NEGATIVE_INFINITY;
  return logits;
}
