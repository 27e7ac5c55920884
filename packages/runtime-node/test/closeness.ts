/** Largest difference between two rows of logits, relative to the largest wanted one. NaN when either holds NaN. */
export function relativeError(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) throw new Error(`${actual.length} values instead of ${wanted.length}`);
  let scale = 0;
  let difference = 0;
  for (let index = 0; index < wanted.length; index++) {
    scale = Math.max(scale, Math.abs(wanted[index]!));
    difference = Math.max(difference, Math.abs(wanted[index]! - actual[index]!));
  }
  return difference / scale;
}
