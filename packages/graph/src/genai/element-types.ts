import type { DataType, TensorType } from '@llamella/spec';
import { TensorProto_DataType as Onnx } from 'onnx-buf';

interface ElementType {
  readonly bits: number;
  /** What a checkpoint calls it, where it has a name for it. */
  readonly stored?: TensorType;
  /** What a plan calls it, where it has a name for it. */
  readonly data?: DataType;
}

const types: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [Onnx.FLOAT, { bits: 32, stored: 'F32', data: 'float32' }],
  [Onnx.FLOAT16, { bits: 16, stored: 'F16', data: 'float16' }],
  [Onnx.BFLOAT16, { bits: 16, stored: 'BF16', data: 'bfloat16' }],
  [Onnx.DOUBLE, { bits: 64, stored: 'F64' }],
  [Onnx.UINT8, { bits: 8, stored: 'U8', data: 'uint8' }],
  [Onnx.INT8, { bits: 8, stored: 'I8', data: 'int8' }],
  [Onnx.INT16, { bits: 16, stored: 'I16' }],
  [Onnx.INT32, { bits: 32, stored: 'I32', data: 'int32' }],
  [Onnx.INT64, { bits: 64, stored: 'I64', data: 'int64' }],
  [Onnx.UINT16, { bits: 16 }],
  [Onnx.UINT32, { bits: 32 }],
  [Onnx.UINT64, { bits: 64 }],
  [Onnx.BOOL, { bits: 8 }],
  [Onnx.FLOAT8E4M3FN, { bits: 8, stored: 'F8_E4M3' }],
  [Onnx.FLOAT8E4M3FNUZ, { bits: 8 }],
  [Onnx.FLOAT8E5M2, { bits: 8, stored: 'F8_E5M2' }],
  [Onnx.FLOAT8E5M2FNUZ, { bits: 8 }],
  [Onnx.FLOAT8E8M0, { bits: 8 }],
  [Onnx.UINT4, { bits: 4 }],
  [Onnx.INT4, { bits: 4 }],
  [Onnx.FLOAT4E2M1, { bits: 4 }],
  [Onnx.UINT2, { bits: 2 }],
  [Onnx.INT2, { bits: 2 }],
]);

/** An ONNX element type, or `undefined` for one whose values have no fixed size. */
export function elementType(dataType: number): ElementType | undefined {
  return types.get(dataType);
}

/** Name of an ONNX element type. */
export function elementTypeName(dataType: number): string {
  return Onnx[dataType] ?? `type ${dataType}`;
}

/** Whether values of the type are floating-point numbers of 16 bits, which CPUs have hardly any kernels for. */
export function isHalf(dataType: number): boolean {
  return dataType === Onnx.FLOAT16 || dataType === Onnx.BFLOAT16;
}

/** float32 values of float32, float16 or bfloat16 bytes; `undefined` for other types. */
export function toFloats(dataType: number, bytes: Uint8Array): Float32Array<ArrayBuffer> | undefined {
  const copy = new Uint8Array(bytes);
  if (dataType === Onnx.FLOAT) return new Float32Array(copy.buffer);
  if (!isHalf(dataType)) return undefined;
  const halves = new Uint16Array(copy.buffer);
  const values = new Float32Array(halves.length);
  if (dataType === Onnx.BFLOAT16) {
    const words = new Uint32Array(values.buffer);
    for (let index = 0; index < halves.length; index++) words[index] = halves[index]! << 16;
    return values;
  }
  for (let index = 0; index < halves.length; index++) values[index] = halfToFloat(halves[index]!);
  return values;
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
