import { CharacterPairModel } from './character-pair-model.ts';
import { readGgufByteLevel, readPre } from './gguf-byte-level.ts';
import { ggufPreTokenizer } from './gguf-pre-tokenizer.ts';
import type { GgufParts, GgufSource } from './gguf-readers.ts';
import { llamaCppDecoder } from './gguf-sentence-piece.ts';
import { readMerges } from './merge-table.ts';
import { replaceAll } from './normalizer.ts';
import { isSpecialKind } from './token-kind.ts';
import { spaceSymbol } from './word-model.ts';

/** Reads GGUF's kind `gpt2`: byte-pair encoding over bytes or, where `tokenizer.ggml.pre` means it, characters. */
export function readGgufPairs(source: GgufSource): GgufParts {
  return readPre(source).byteLevel ? readGgufByteLevel(source) : readGgufCharacterPairs(source);
}

/**
 * Reads GGUF's kind `gemma4`: byte-pair encoding over characters.
 *
 * Source: `llm_tokenizer_bpe_session` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp, without
 * `byte_encode`.
 */
export function readGgufCharacterPairs(source: GgufSource): GgufParts {
  const { vocabulary, get } = source;
  const pre = get('model').value === 'gemma4' ? ggufPreTokenizer('gemma4') : readPre(source);
  const model = new CharacterPairModel(vocabulary, readMerges(get('merges'), vocabulary, false), {
    idOf: (text) => {
      const id = vocabulary.idOf(text);
      return id !== undefined && !isSpecialKind(vocabulary.kinds[id]) ? id : undefined;
    },
    prefix: '',
    suffix: '',
    ignoreMerges: pre.ignoreMerges,
    wholeLineEnds: pre.escapeSpaces && pre.alwaysAddBos,
    unknownId: undefined,
    fuseUnknown: false,
    byteFallback: true,
  });
  return {
    ...pre,
    model,
    normalizers: pre.escapeSpaces ? [replaceAll(/ /g, spaceSymbol)] : [],
    decoder: llamaCppDecoder(vocabulary, false),
  };
}
