import type { TensorType } from '@llamella/spec';
import type { StoredDataType } from './stored-tensor.ts';

/** Bits of an element. */
const bits: ReadonlyMap<string, number> = new Map<StoredDataType, number>([
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['BOOL', 8],
  ['U8', 8],
  ['I8', 8],
  ['F8_E4M3', 8],
  ['F8_E4M3FNUZ', 8],
  ['F8_E5M2', 8],
  ['F8_E5M2FNUZ', 8],
  ['F8_E8M0', 8],
  ['I16', 16],
  ['U16', 16],
  ['F16', 16],
  ['BF16', 16],
  ['I32', 32],
  ['U32', 32],
  ['F32', 32],
  ['C64', 64],
  ['I64', 64],
  ['U64', 64],
  ['F64', 64],
]);

const sameName: ReadonlySet<string> = new Set<TensorType & StoredDataType>([
  'F64',
  'F32',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'U8',
  'I8',
  'I16',
  'I32',
  'I64',
]);

export function isDataType(name: string): name is StoredDataType {
  return bits.has(name);
}

export function bitsPerElement(dataType: StoredDataType): number {
  return bits.get(dataType)!;
}

/** The type of the same name, where a checkpoint can say it. */
export function tensorTypeOf(dataType: StoredDataType): TensorType | undefined {
  return sameName.has(dataType) ? (dataType as TensorType) : undefined;
}
