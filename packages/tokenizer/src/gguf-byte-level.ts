import { UnsupportedError } from '@llamella/spec';
import { ByteLevelDecoder } from './byte-level-decoder.ts';
import { BytePairModel } from './byte-pair-model.ts';
import { type GgufPreTokenizer, ggufPreTokenizer } from './gguf-pre-tokenizer.ts';
import type { GgufParts, GgufSource } from './gguf-readers.ts';
import { readMerges } from './merge-table.ts';

/** How a file of kind `gpt2` cuts text. */
export function readPre({ get }: GgufSource): GgufPreTokenizer {
  return ggufPreTokenizer(get('pre').absent ? 'default' : get('pre').string());
}

/** Reads GGUF's kind `gpt2` where tokens are made of bytes. */
export function readGgufByteLevel(source: GgufSource): GgufParts {
  const { file, vocabulary, get } = source;
  const pre = readPre(source);
  if (!pre.byteLevel) {
    throw new UnsupportedError(
      `${file}: tokenizer.ggml.pre "${get('pre').value}"`,
      'import @llamella/tokenizer, which knows more than @llamella/tokenizer/byte-level',
    );
  }
  const table = readMerges(get('merges'), vocabulary, false);
  return {
    ...pre,
    model: new BytePairModel(vocabulary, table, { ignoreMerges: pre.ignoreMerges }),
    decoder: new ByteLevelDecoder(vocabulary),
  };
}
