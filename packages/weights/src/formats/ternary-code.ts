/** Scale of 256 values for codes 0, 1 and 2, which stand for -1, 0 and 1, and a function that rounds to them. */
export function ternaryCode(values: Float32Array, start: number) {
  let scale = 0;
  for (let index = start; index < start + 256; index++) scale = Math.max(scale, Math.abs(values[index]!));
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
  const code = (value: number): number => {
    const scaled = Math.fround(value * inverse);
    // Half away from zero, which Math.round is not for negative numbers.
    return (scaled < 0 ? -Math.round(-scaled) : Math.round(scaled)) + 1;
  };
  return { scale, code };
}
