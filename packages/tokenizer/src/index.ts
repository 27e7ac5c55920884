export type { EncodingWithOffsets, TextTokenizer } from './text-tokenizer.ts';
export { type FileOptions, type GgufMetadata, tokenizerFromGguf } from './tokenizer-from-gguf.ts';
export { tokenizerFromJson } from './tokenizer-from-json.ts';
