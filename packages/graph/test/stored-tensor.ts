import type { Checkpoint, TensorInfo, TensorType } from '@llamella/spec';
import { decodeTensor, encodeTensor, type TensorLayout } from '@llamella/weights';

/** A tensor in memory: its description, its bytes, and the values that they stand for, float32. */
export interface StoredTensor {
  readonly info: TensorInfo;
  readonly bytes: Uint8Array;
  readonly values: Float32Array;
}

/** Stores values in a type, which may round them. */
export function store(
  name: string,
  type: TensorType,
  shape: readonly number[],
  values: Float32Array,
  layout: TensorLayout = {},
): StoredTensor {
  const bytes = encodeTensor(type, values, shape, layout);
  const info: TensorInfo = { name, type, shape, byteLength: bytes.byteLength, ...layout };
  return { info, bytes, values: decodeTensor(type, bytes, shape, layout) };
}

/** A checkpoint of nothing but some tensors, to pack initializers from. */
export function checkpointOf(
  stored: readonly StoredTensor[],
): Pick<Checkpoint, 'name' | 'tensors' | 'readTensor'> {
  const tensors = new Map(stored.map(({ info }) => [info.name, info]));
  return {
    name: 'layer.test',
    tensors,
    async readTensor(name) {
      return stored.find(({ info }) => info.name === name)!.bytes.slice();
    },
  };
}
