import { byteLevelDecoder } from './byte-level-decoder.ts';
import { bytePairModel } from './byte-pair-model.ts';
import type { GgufParts, GgufPreTokenizer, GgufSource } from './gguf-readers.ts';
import { readMerges } from './merge-table.ts';

/** Reads GGUF's kind `gpt2` where tokens are made of bytes. */
export function readGgufByteLevel({ vocabulary, get }: GgufSource, pre: GgufPreTokenizer): GgufParts {
  return {
    ...pre,
    model: bytePairModel(vocabulary, readMerges(get('merges'), vocabulary, false), pre),
    decoder: byteLevelDecoder(vocabulary),
  };
}
