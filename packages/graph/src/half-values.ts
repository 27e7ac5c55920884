const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The value half of whose unit in the last place is the smallest float16. */
const SUBNORMAL_STEP = 0.5;

/** float32 values as the nearest float16, of two equally near ones the even; beyond 65519 infinite. */
export function toHalves(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, toHalf);
}

function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = bits[0]! & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    // Added to a float whose last place is the smallest float16, the value is rounded to multiples of that.
    bits[0] = size;
    float[0] = float[0]! + SUBNORMAL_STEP;
    return sign | (bits[0]! & 0x7fffff);
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}
