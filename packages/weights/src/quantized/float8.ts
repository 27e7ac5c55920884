/** Values of the 256 codes of E4M3 with one NaN per sign and no infinity (OCP 8-bit Floating Point, revision 1.0). */
export const float8Values: Float32Array<ArrayBuffer> = Float32Array.from({ length: 256 }, (_, code) => {
  const sign = code < 128 ? 1 : -1;
  const exponent = (code >> 3) & 15;
  const mantissa = code & 7;
  if ((code & 127) === 127) return Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10));
});
