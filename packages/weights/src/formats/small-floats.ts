/** A floating-point format of at most 8 bits: a sign, then exponent, then mantissa. */
export interface SmallFloat {
  /** Value of each code. */
  readonly values: Float32Array<ArrayBuffer>;
  /** Bits of the mantissa. */
  readonly mantissaBits: number;
  /** Exponent of the smallest normal number. */
  readonly leastExponent: number;
  /** Its value. */
  readonly smallestNormal: number;
  /** Smallest value above zero. */
  readonly leastStep: number;
  /** Largest finite value. */
  readonly largest: number;
  /** Bit of the sign. */
  readonly signBit: 8 | 128;
  /** Codes above it, without their sign, are infinities and NaN. */
  readonly largestCode: number;
}

function smallFloat(
  exponentBits: number,
  mantissaBits: number,
  leastExponent: number,
  largestCode: number,
): SmallFloat {
  const signBit = (1 << (exponentBits + mantissaBits)) as 8 | 128;
  const one = 1 << mantissaBits;
  const magnitude = (code: number) => {
    // The only codes above the largest that are no NaN: the infinities of E5M2.
    if (code > largestCode) return code % one === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    const exponent = code >> mantissaBits;
    const steps = exponent === 0 ? code : one + (code % one);
    return steps * 2 ** (Math.max(exponent, 1) - 1 + leastExponent - mantissaBits);
  };
  const values = Float32Array.from({ length: 2 * signBit }, (_, code) =>
    code < signBit ? magnitude(code) : -magnitude(code - signBit),
  );
  const smallestNormal = 2 ** leastExponent;
  const leastStep = 2 ** (leastExponent - mantissaBits);
  const largest = values[largestCode]!;
  return { values, mantissaBits, leastExponent, smallestNormal, leastStep, largest, signBit, largestCode };
}

/** 4 bits of exponent, 3 of mantissa, no infinity, one NaN per sign (OCP 8-bit Floating Point, revision 1.0). */
export const e4m3: SmallFloat = smallFloat(4, 3, -6, 126);
/** 5 bits of exponent, 2 of mantissa, infinities and NaN as in float16 (OCP 8-bit Floating Point, revision 1.0). */
export const e5m2: SmallFloat = smallFloat(5, 2, -14, 123);
/** 2 bits of exponent, 1 of mantissa, neither infinities nor NaN (OCP Microscaling Formats 1.0). */
export const e2m1: SmallFloat = smallFloat(2, 1, 0, 7);

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
/** Added to a number below 2^51 and taken away again, it leaves the nearest integer, ties to even. */
const magic = 1.5 * 2 ** 52;

/** The code nearest to a float32, ties to even. What is too large, infinities too, becomes the largest finite value. */
export function encodeSmallFloat(format: SmallFloat, value: number): number {
  const { mantissaBits, leastExponent, smallestNormal, leastStep, largest, signBit } = format;
  float[0] = value;
  const sign = bits[0]! >>> 31 === 1 ? signBit : 0;
  if (Number.isNaN(value)) return sign | (signBit - 1);
  const magnitude = Math.min(Math.abs(value), largest);
  if (magnitude < smallestNormal) return sign | (magnitude / leastStep + magic - magic);
  float[0] = magnitude;
  const dropped = 23 - mantissaBits;
  const pattern = bits[0]!;
  const rounded = (pattern + (1 << (dropped - 1)) - 1 + ((pattern >>> dropped) & 1)) >>> dropped;
  // The exponent field of float32 is 127 more than the exponent, that of the format 1 - leastExponent more.
  return sign | (rounded - ((126 + leastExponent) << mantissaBits));
}
