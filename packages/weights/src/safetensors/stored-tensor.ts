/**
 * Element types of the safetensors format, by the names in its header: those of 8 bits and more, and the packed ones of
 * 4 and 6 bits.
 */
export type StoredDataType =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'F8_E4M3'
  | 'F8_E4M3FNUZ'
  | 'F8_E5M2'
  | 'F8_E5M2FNUZ'
  | 'F8_E8M0'
  | 'F6_E2M3'
  | 'F6_E3M2'
  | 'F4'
  | 'I16'
  | 'U16'
  | 'F16'
  | 'BF16'
  | 'I32'
  | 'U32'
  | 'F32'
  | 'C64'
  | 'I64'
  | 'U64'
  | 'F64';

/** A tensor of a safetensors file as it is stored, under its own name. */
export interface StoredTensor {
  /** Name in the file, such as `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  /** Type of the elements. */
  readonly dataType: StoredDataType;
  /** Outermost dimension first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Size of its data in bytes, checked against type and shape. */
  readonly byteLength: number;
}

/** The tensors of all files of a model and the way to their bytes. */
export interface StoredTensors {
  /** By the name in the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Bytes of one tensor, little-endian, owned by the caller. @throws {LlamellaError} `not-found` when there is no such tensor */
  read(name: string, signal?: AbortSignal): Promise<Uint8Array>;
}
