import { floatFormat } from '../formats/float-formats.ts';
import { e4m3 } from '../formats/small-floats.ts';
import type { StoredDataType } from '../safetensors/stored-tensor.ts';

/**
 * Stored scales as float32: F32, F16, BF16, F8_E4M3, and powers of two in F8_E8M0, which is also what U8 holds where a
 * layout stores exponents.
 */
export function toFloats(dataType: StoredDataType, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  if (dataType === 'F8_E4M3') return Float32Array.from(bytes, (code) => e4m3.values[code]!);
  if (dataType === 'F8_E8M0' || dataType === 'U8') {
    return Float32Array.from(bytes, (code) => (code === 255 ? Number.NaN : 2 ** (code - 127)));
  }
  const format = floatFormat(dataType as 'F32');
  if (format === undefined) throw new TypeError(`${dataType} is not the type of a scale`);
  const bits = new Uint32Array(bytes.byteLength / format.elementBytes);
  // A copy, which is aligned as the format needs it.
  format.decode(bytes.slice(), bits);
  return new Float32Array(bits.buffer);
}
