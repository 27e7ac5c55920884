import { characterPairModel } from './character-pair-model.ts';
import { readGgufByteLevel } from './gguf-byte-level.ts';
import { ggufPreTokenizer } from './gguf-pre-tokenizer.ts';
import type { GgufParts, GgufSource } from './gguf-readers.ts';
import { llamaCppDecoder } from './gguf-sentence-piece.ts';
import { readMerges } from './merge-table.ts';
import { replaceAll } from './normalizer.ts';
import { ordinaryTokens } from './ordinary-tokens.ts';
import { spaceSymbol } from './space-symbol.ts';

/**
 * Reads GGUF's kinds `gpt2` and `gemma4`: byte-pair encoding over bytes or, where `tokenizer.ggml.pre` means it,
 * characters.
 *
 * Source: `llm_tokenizer_bpe_session` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp, without
 * `byte_encode`.
 */
export function readGgufPairs(source: GgufSource): GgufParts {
  const { vocabulary, get } = source;
  const node = get('pre');
  const name = get('model').value === 'gemma4' ? 'gemma4' : node.string('default');
  const pre = ggufPreTokenizer(name) ?? node.unsupported('this version does not know how it cuts text');
  if (!pre.characters) return readGgufByteLevel(source, pre);
  return {
    ...pre,
    model: characterPairModel(vocabulary, readMerges(get('merges'), vocabulary, false), {
      idOf: ordinaryTokens(vocabulary),
      ignoreMerges: pre.ignoreMerges,
      wholeLineEnds: pre.escapeSpaces && pre.alwaysAddBos,
      byteFallback: true,
    }),
    normalizers: pre.escapeSpaces ? [replaceAll(/ /g, spaceSymbol)] : [],
    decoder: llamaCppDecoder(vocabulary, false),
  };
}
