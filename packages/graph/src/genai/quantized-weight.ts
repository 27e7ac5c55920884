import type { TensorInfo } from '@llamella/spec';
import { toFloats } from './element-types.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { flipBits, transposeBytes, transposeFloats, transposeNibbles, unpackNibbles } from './transpose.ts';

/** Weights of a linear layer as integers with scales, in whichever layout a graph has them. */
export interface QuantizedWeight {
  /** What it is as a tensor of the checkpoint: `U4` or `U8` with scales. */
  readonly info: TensorInfo;
  readonly outputs: number;
  readonly inputs: number;
  readonly bits: 4 | 8;
  /** Weights of a row that share a scale. */
  readonly scaleLength: number;
  readonly data: StoredTensor;
  readonly scales: StoredTensor;
  readonly zeroPoints: StoredTensor | undefined;
  /** Whether data, scales and zero points are stored with outputs innermost. */
  readonly outputsInnermost: boolean;
  /** Whether codes and zero points are signed. */
  readonly signed: boolean;
  /** Whether each row of 4-bit zero points starts at a whole byte, as in `MatMulNBits`. */
  readonly alignedZeroPoints: boolean;
}

/** Bytes of the tensor that {@link readQuantizedWeight} makes. */
export function quantizedByteLength(
  weight: Omit<QuantizedWeight, 'info' | 'data' | 'scales' | 'outputsInnermost' | 'signed'>,
): number {
  const { outputs, inputs, bits, scaleLength, zeroPoints } = weight;
  const groups = outputs * Math.ceil(inputs / scaleLength);
  return elementBytes(outputs, inputs, bits) + groups * 4 + (zeroPoints === undefined ? 0 : groups);
}

function elementBytes(outputs: number, inputs: number, bits: number): number {
  return Math.ceil((outputs * Math.ceil((inputs * bits) / 8)) / 4) * 4;
}

/** Elements, scales and zero points one after the other, as `TensorInfo.scaleBlock` says, unsigned, inputs innermost. */
export async function readQuantizedWeight(
  weight: QuantizedWeight,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { info, outputs, inputs, bits, scaleLength, outputsInnermost, signed } = weight;
  const result = new Uint8Array(info.byteLength);
  const elements = result.subarray(0, outputs * ((inputs * bits) / 8));
  const data = await weight.data.read(signal);
  if (!outputsInnermost) elements.set(data.subarray(0, elements.byteLength));
  else if (bits === 4) transposeNibbles(data, inputs, outputs, elements);
  else transposeBytes(data, inputs, outputs, elements);
  if (signed) flipBits(elements, bits === 4 ? 0x88 : 0x80);

  const groups = Math.ceil(inputs / scaleLength);
  const start = elementBytes(outputs, inputs, bits);
  const stored = toFloats(weight.scales.dataType, await weight.scales.read(signal))!;
  const scales = outputsInnermost ? transposeFloats(stored, groups, outputs) : stored;
  result.set(new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength), start);
  if (weight.zeroPoints === undefined) return result;
  const target = result.subarray(start + scales.byteLength);
  const bytes = await weight.zeroPoints.read(signal);
  const rows = outputsInnermost ? groups : outputs;
  const columns = outputsInnermost ? outputs : groups;
  const codes = bits === 4 ? unpackNibbles(bytes, rows, columns, weight.alignedZeroPoints) : bytes;
  if (outputsInnermost) transposeBytes(codes, groups, outputs, target);
  else target.set(codes);
  if (signed) for (let index = 0; index < target.length; index++) target[index]! ^= bits === 4 ? 8 : 128;
  return result;
}
