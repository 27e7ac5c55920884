export type { FileOptions } from './file-options.ts';
export type { EncodingWithOffsets, TextTokenizer } from './text-tokenizer.ts';
export { type GgufMetadata, tokenizerFromGguf } from './tokenizer-from-gguf.ts';
export { tokenizerFromJson } from './tokenizer-from-json.ts';
