const round = Math.fround;

/** The values of IQ4_NL and IQ4_XS (`kvalues_iq4nl` in ggml-common.h). */
export const iq4Table: Int8Array = Int8Array.of(
  ...[-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113],
);

/** The index of the table's value closest to a float32; of two as close, the upper one's. */
export function nearestInTable(value: number): number {
  if (value <= -127) return 0;
  let upper = 15;
  if (value >= 113) return upper;
  let lower = 0;
  while (upper - lower > 1) {
    const middle = (lower + upper) >> 1;
    if (value < iq4Table[middle]!) upper = middle;
    else lower = middle;
  }
  return round(value - iq4Table[upper - 1]!) < round(iq4Table[upper]! - value) ? upper - 1 : upper;
}

/** Below this magnitude ggml takes a group for zeros. */
const zeroGroup = round(1e-15);

/**
 * Finds the scale of 32 values by weighted least squares, in float32, in the order of `quantize_row_iq4_nl_impl` in
 * ggml-quants.c.
 *
 * @param tries rounding ranges tried to each side; with none, the first one's indices are what is stored
 * @param indices receives the first range's indices at `at`
 */
export function fitTable(
  values: Float32Array,
  start: number,
  tries: number,
  indices: Uint8Array,
  at: number,
): number {
  let extreme = 0;
  for (let i = start; i < start + 32; i++) {
    if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
  }
  if (Math.abs(extreme) < zeroGroup) {
    indices.fill(0, at, at + 32);
    return 0;
  }
  const step = round((tries > 0 ? -extreme : extreme) / -127);
  let { products, squares } = correlate(values, start, round(1 / step), indices, at);
  let scale = squares > 0 ? round(products / squares) : 0;
  let best = round(scale * products);
  for (let trial = -tries; trial <= tries && tries > 0; trial++) {
    ({ products, squares } = correlate(values, start, round((trial - 127) / extreme)));
    if (squares > 0 && round(products * products) > round(best * squares)) {
      scale = round(products / squares);
      best = round(scale * products);
    }
  }
  return scale;
}

function correlate(
  values: Float32Array,
  start: number,
  inverse: number,
  indices?: Uint8Array,
  at = 0,
): { products: number; squares: number } {
  let products = 0;
  let squares = 0;
  for (let i = 0; i < 32; i++) {
    const value = values[start + i]!;
    const index = nearestInTable(round(inverse * value));
    if (indices !== undefined) indices[at + i] = index;
    const entry = iq4Table[index]!;
    const weighted = round(round(value * value) * entry);
    products = round(products + round(weighted * value));
    squares = round(squares + round(weighted * entry));
  }
  return { products, squares };
}
