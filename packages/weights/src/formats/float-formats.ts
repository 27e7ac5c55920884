import type { TensorType } from '@llamella/spec';
import { float16Table, roundToFloat16 } from './float16.ts';

/** A type that stores every element as a floating-point number. Works on bit patterns, so that NaN stay as they are. */
export interface FloatFormat {
  readonly elementBytes: number;
  /** @param bytes at a multiple of `elementBytes` @param bits float32 bit patterns */
  readonly decode: (bytes: Uint8Array, bits: Uint32Array) => void;
  readonly encode: (bits: Uint32Array, bytes: Uint8Array) => void;
}

const halfWords = (bytes: Uint8Array) =>
  new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);

const float32: FloatFormat = {
  elementBytes: 4,
  decode: (bytes, bits) => bits.set(new Uint32Array(bytes.buffer, bytes.byteOffset, bits.length)),
  encode: (bits, bytes) => bytes.set(new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength)),
};

const float16: FloatFormat = {
  elementBytes: 2,
  decode(bytes, bits) {
    const halves = halfWords(bytes);
    const table = float16Table();
    for (let index = 0; index < halves.length; index++) bits[index] = table[halves[index]!]!;
  },
  encode(bits, bytes) {
    const halves = halfWords(bytes);
    for (let index = 0; index < halves.length; index++) halves[index] = roundToFloat16(bits[index]!);
  },
};

/** The upper half of a float32; `encode` rounds to nearest, ties to even, and makes NaN quiet as ggml does. */
const bfloat16: FloatFormat = {
  elementBytes: 2,
  decode(bytes, bits) {
    const halves = halfWords(bytes);
    for (let index = 0; index < halves.length; index++) bits[index] = halves[index]! << 16;
  },
  encode(bits, bytes) {
    const halves = halfWords(bytes);
    for (let index = 0; index < halves.length; index++) {
      const value = bits[index]!;
      const notANumber = (value & 0x7fffffff) > 0x7f800000;
      halves[index] = notANumber ? (value >>> 16) | 64 : (value + 0x7fff + ((value >>> 16) & 1)) / 65_536;
    }
  },
};

const formats: ReadonlyMap<TensorType, FloatFormat> = new Map([
  ['F32', float32],
  ['F16', float16],
  ['BF16', bfloat16],
]);

/** The floating-point format of a type, or `undefined` when the type is none. */
export function floatFormat(type: TensorType): FloatFormat | undefined {
  return formats.get(type);
}
