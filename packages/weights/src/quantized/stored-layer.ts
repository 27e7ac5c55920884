import type { StoredDataType } from '../safetensors/stored-tensor.ts';

/** A tensor to be stored. */
export interface StoredPart {
  /** Type of the elements. */
  readonly dataType: StoredDataType;
  /** Outermost dimension first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Its data, little-endian. */
  readonly bytes: Uint8Array;
}

/** The tensors of a layer by what follows the name of its module, such as `weight` and `weight_scale`. */
export type StoredLayer = Readonly<Record<string, StoredPart>>;

export function part(dataType: StoredDataType, shape: readonly number[], bytes: ArrayBufferView): StoredPart {
  return { dataType, shape, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
