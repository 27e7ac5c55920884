let table: Uint32Array | undefined;

/** Bits of the float32 with the same value as each of the 65,536 float16 bit patterns. */
export function float16Table(): Uint32Array {
  if (table !== undefined) return table;
  table = new Uint32Array(65_536);
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let half = 0; half < 32_768; half++) {
    const exponent = half >>> 10;
    const mantissa = half & 1023;
    if (exponent === 31) bits[0] = 0x7f800000 | (mantissa << 13);
    else value[0] = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
    table[half] = bits[0]!;
    table[half + 32_768] = bits[0]! | 0x80000000;
  }
  return table;
}

let values: Float32Array | undefined;

/** {@link float16Table} seen as float32 values. */
export function float16Values(): Float32Array {
  values ??= new Float32Array(float16Table().buffer);
  return values;
}

/** The float16 at `at`. */
export function readHalf(bytes: Uint8Array, at: number): number {
  return float16Values()[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

/** Stores a float32 as float16, rounded to nearest. @returns the value as stored */
export function writeHalf(bytes: Uint8Array, at: number, value: number): number {
  const half = toFloat16(value);
  bytes[at] = half & 255;
  bytes[at + 1] = half >>> 8;
  return float16Values()[half]!;
}

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** Rounds a float32 to the nearest float16, ties to even. @returns its bits */
export function toFloat16(value: number): number {
  float[0] = value;
  return roundToFloat16(floatBits[0]!);
}

/** The float16 bits nearest to the float32 with these bits, ties to even. */
export function roundToFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7c00 | ((magnitude >>> 13) & 0x3ff || 1);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2^-14 float16 has a fixed step of 2^-24: scaling is exact, and the sum rounds to an integer.
    float[0] = magnitude === 0 ? 0 : bitsToFloat(magnitude) * 2 ** 24;
    return sign | roundHalfToEven(float[0]!);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function bitsToFloat(bits: number): number {
  floatBits[0] = bits;
  return float[0]!;
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
