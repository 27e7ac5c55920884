/** float16 bits of a number that float16 can hold. */
export function half(value: number): number {
  if (value === 0) return Object.is(value, -0) ? 0x8000 : 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const mantissa = Math.abs(value) / 2 ** exponent;
  const bits = mantissa < 1 ? mantissa * 1024 : ((exponent + 15) << 10) | ((mantissa - 1) * 1024);
  return bits | (value < 0 ? 0x8000 : 0);
}
