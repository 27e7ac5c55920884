export { tokenizerFromGguf } from './byte-level-from-gguf.ts';
export { tokenizerFromJson } from './byte-level-from-json.ts';
export type { FileOptions } from './file-options.ts';
export type { TemplatePiece } from './post-processor.ts';
export type { GgufMetadata } from './read-tokenizer-gguf.ts';
export type { EncodingWithOffsets, TextTokenizer } from './text-tokenizer.ts';
