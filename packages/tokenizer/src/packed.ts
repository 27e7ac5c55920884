export type { FileOptions } from './file-options.ts';
export { packTokenizer, type TokenizerFiles } from './pack-tokenizer.ts';
export { unpackTokenizer } from './unpack-tokenizer.ts';
