export { bytesFromBlob } from './bytes/bytes-from-blob.ts';
export { bytesFromMemory } from './bytes/bytes-from-memory.ts';
export { decodeTensor } from './formats/decode-tensor.ts';
export { type EncodeOptions, encodeTensor } from './formats/encode-tensor.ts';
export type { TensorLayout } from './formats/scaled-layout.ts';
export { type BlockSize, blockSize } from './formats/tensor-types.ts';
export type { GgufArray, GgufValue } from './gguf/gguf-value.ts';
export { type GgufCheckpoint, type OpenGgufOptions, openGguf } from './gguf/open-gguf.ts';
export { readSplitCount, splitFileNames } from './gguf/splits.ts';
export { type FineGridError, fineGridBound, fineGridError } from './pack/fine-grid-error.ts';
export { type PackedError, packInitializer } from './pack/pack-initializer.ts';
export type { LayerStorage } from './quantized/layer-storage.ts';
export { quantizeLayer } from './quantized/quantize-layer.ts';
export type { StoredLayer, StoredPart } from './quantized/stored-layer.ts';
export {
  type OpenSafetensorsOptions,
  openSafetensors,
  type SafetensorsCheckpoint,
  type SafetensorsSources,
} from './safetensors/open-safetensors.ts';
export { readSafetensorsIndex, type SafetensorsIndex } from './safetensors/read-index.ts';
export {
  type SafetensorsFile,
  type SafetensorsTensor,
  safetensorsFiles,
} from './safetensors/safetensors-files.ts';
export type { StoredDataType, StoredTensor } from './safetensors/stored-tensor.ts';
export { hasShiftedNorms, transformersName } from './safetensors/tensor-names.ts';
export { transformersConfig } from './safetensors/write-config.ts';
export type { ByteSink } from './write/byte-sink.ts';
export type { GgufField, GgufNumber, GgufNumberType } from './write/gguf-field.ts';
export { readGgufNumberTypes } from './write/read-number-types.ts';
export { type GgufContents, type GgufTensor, ggufByteLength, writeGguf } from './write/write-gguf.ts';
