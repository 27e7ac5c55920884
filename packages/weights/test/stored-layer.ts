import { LlamellaError, type TensorInfo } from '@llamella/spec';
import type { StoredDataType, StoredTensor, StoredTensors } from '../src/safetensors/stored-tensor.ts';

/** A stored tensor with its data. */
export interface StoredData {
  readonly dataType: StoredDataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Tensors in memory by their whole names. `reads` collects the names that were read. */
export function storedTensors(
  tensors: Readonly<Record<string, StoredData>>,
  reads: string[] = [],
): StoredTensors {
  const list = Object.entries(tensors).map(([name, { dataType, shape, bytes }]): [string, StoredTensor] => [
    name,
    { name, dataType, shape, byteLength: bytes.byteLength },
  ]);
  return {
    tensors: new Map(list),
    async read(name) {
      reads.push(name);
      const tensor = tensors[name];
      if (tensor === undefined) throw new LlamellaError('not-found', name);
      return tensor.bytes.slice();
    },
  };
}

/** Values of 4-bit floats, written down here so that tests do not depend on the package's table. */
const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

function element(type: string, code: number): number {
  if (type === 'U4' || type === 'U8') return code;
  if (type === 'F4_E2M1') return (code & 8 ? -1 : 1) * e2m1[code & 7]!;
  const [exponentBits, bias] = type === 'F8_E4M3' ? [4, 7] : [5, 15];
  const steps = 2 ** (7 - exponentBits);
  const exponent = (code & 127) >> (7 - exponentBits);
  const mantissa = code & (steps - 1);
  const size = exponent === 0 ? mantissa / steps : 1 + mantissa / steps;
  return (code & 128 ? -1 : 1) * size * 2 ** ((exponent || 1) - bias);
}

/** Decodes bytes as `TensorInfo.scaleBlock` describes them, one weight after the other, in the order of the inputs. */
export function decodeCanonical(info: Omit<TensorInfo, 'name'>, bytes: Uint8Array): Float32Array {
  const [outputs, inputs] = info.shape as [number, number];
  const [rows, columns] = info.scaleBlock!;
  const narrow = info.type === 'U4' || info.type === 'F4_E2M1';
  const rowBytes = narrow ? Math.ceil(inputs / 2) : inputs;
  const scalesAt = Math.ceil((outputs * rowBytes) / 4) * 4;
  const across = Math.ceil(inputs / columns);
  const count = Math.ceil(outputs / rows) * across;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    for (let column = 0; column < inputs; column++) {
      const byte = bytes[output * rowBytes + (narrow ? column >> 1 : column)]!;
      const code = narrow ? (byte >> (4 * (column & 1))) & 15 : byte;
      const group = Math.floor(output / rows) * across + Math.floor(column / columns);
      const middle = info.type === 'U4' ? 8 : info.type === 'U8' ? 128 : 0;
      const zeroPoint = info.zeroPoints ? bytes[scalesAt + 4 * count + group]! : middle;
      const weight = (element(info.type, code) - zeroPoint) * view.getFloat32(scalesAt + 4 * group, true);
      values[output * inputs + (info.inputOrder?.[column] ?? column)] = weight + 0;
    }
  }
  return values;
}
