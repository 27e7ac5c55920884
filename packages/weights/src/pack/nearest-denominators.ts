const bins = 4096;
const tables = new Map<number, Uint8Array>();

/**
 * For fractions in [0, 1), in 4096 bins: the denominator up to `order` of the nearest fraction (of the Farey
 * sequence of that order). No fraction is farther from one than 1 / (2 * order); most are several times closer.
 */
export function nearestDenominators(order: number): Uint8Array {
  const known = tables.get(order);
  if (known !== undefined) return known;
  const table = new Uint8Array(bins);
  for (let bin = 0; bin < bins; bin++) {
    const value = (bin + 0.5) / bins;
    let nearest = Number.POSITIVE_INFINITY;
    for (let denominator = 1; denominator <= order; denominator++) {
      const distance = Math.abs(value - Math.round(value * denominator) / denominator);
      if (distance < nearest) {
        nearest = distance;
        table[bin] = denominator;
      }
    }
  }
  tables.set(order, table);
  return table;
}
