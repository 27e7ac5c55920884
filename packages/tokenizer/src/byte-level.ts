export { tokenizerFromJson } from './byte-level-from-json.ts';
export type { FileOptions } from './file-options.ts';
export type { EncodingWithOffsets, TextTokenizer } from './text-tokenizer.ts';
export { type GgufMetadata, tokenizerFromGguf } from './tokenizer-from-gguf.ts';
