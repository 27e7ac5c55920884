import type { DataType } from '@llamella/spec';
import type { Handle, OrtApi } from './ort-api.ts';

/** ONNX's element type numbers (onnx.proto3, `TensorProto.DataType`). */
const elementTypes: Record<DataType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
  bfloat16: 16,
};

/**
 * Makes a tensor over JavaScript memory, without a copy. The array must stay referenced, and must not be resized
 * or transferred, until the tensor is released.
 */
export function tensorOver(
  api: OrtApi,
  memory: Handle,
  data: ArrayBufferView,
  type: DataType,
  shape: readonly number[],
): Handle {
  return api.create(
    'CreateTensorWithDataAsOrtValue',
    memory,
    data,
    data.byteLength,
    [...shape],
    shape.length,
    elementTypes[type],
  );
}

/** Makes a tensor over memory at an address, without a copy. The memory must outlive the tensor. */
export function tensorAt(
  api: OrtApi,
  memory: Handle,
  place: { readonly address: bigint; readonly byteLength: number },
  type: DataType,
  shape: readonly number[],
): Handle {
  return api.create(
    'CreateTensorWithDataAsOrtValue',
    memory,
    place.address,
    place.byteLength,
    [...shape],
    shape.length,
    elementTypes[type],
  );
}

/** Makes a tensor in memory of a device. */
export function tensorOnDevice(
  api: OrtApi,
  allocator: Handle,
  type: DataType,
  shape: readonly number[],
): Handle {
  return api.create('CreateTensorAsOrtValue', allocator, [...shape], shape.length, elementTypes[type]);
}
