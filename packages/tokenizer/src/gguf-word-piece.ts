import type { GgufParts, GgufSource } from './gguf-readers.ts';
import { type Normalizer, normalize, prepend } from './normalizer.ts';
import { ordinaryTokens } from './ordinary-tokens.ts';
import { surroundWith } from './post-processor.ts';
import { type PreTokenizer, sequence } from './pre-tokenizer.ts';
import { SentencePieceDecoder } from './sentence-piece-decoder.ts';
import type { Edit } from './source-text.ts';
import { spaceSymbol } from './space-symbol.ts';
import { splitAt } from './split.ts';
import { isSpecialKind } from './token-kind.ts';
import { wordPieceModel } from './word-piece-model.ts';

/**
 * Reads GGUF's kind `bert`: WordPiece, as llama.cpp does it, with U+2581 before the first token of a word. Decoded
 * text has a space before every word; it is not cleaned up.
 *
 * Source: `llm_tokenizer_wpm_session` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp. As there, of
 * what a character decomposes to only the first is kept, which leaves the initial consonants of Hangul.
 */
export function readGgufWordPiece({ vocabulary, get, id }: GgufSource): GgufParts {
  const ids = { bos: 101, seperator: 102, unknown: 100, padding: 0 };
  const lowercase = get('normalizer.lowercase').boolean(true);
  const unknown = id('unknown', ids.unknown);
  const end = (role: string, fallback: number) => [
    id(role, fallback) ?? get(`${role}_token_id`).fail('it is missing, and goes around every text'),
  ];
  return {
    normalizers: [bertNormalizer(lowercase, get('normalizer.strip_accents').boolean(lowercase))],
    preTokenizer: sequence([
      splitAt(/\p{White_Space}/gu, 'Removed'),
      splitAt(separate, 'Isolated'),
      markStart,
    ]),
    model: wordPieceModel({
      idOf: ordinaryTokens(vocabulary),
      prefix: '',
      longestWord: Number.POSITIVE_INFINITY,
      longestToken: vocabulary.index.longest,
      unknownId: () => unknown ?? get('unknown_token_id').fail('text needs it, but it is missing'),
    }),
    decoder: new SentencePieceDecoder(vocabulary, {
      leadingSpaces: 'dropOne',
      write: (token, kind) => (isSpecialKind(kind) ? token : token.replaceAll(spaceSymbol, ' ')),
    }),
    ids,
    addBos: true,
    post: surroundWith(end('bos', ids.bos), end('seperator', ids.seperator)),
  };
}

/** Punctuation, symbols of ASCII, and Chinese characters are words of their own. */
const separate =
  /[\p{P}$+<=>^`|~\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

const dropped = /^[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u;

const markStart: PreTokenizer = (source, start, end, handle) => {
  const marked = normalize([prepend(spaceSymbol)], source, start, end);
  return handle(marked, 0, marked.text.length);
};

function bertNormalizer(lowercase: boolean, stripAccents: boolean): Normalizer {
  const changed = (character: string): string => {
    const base = stripAccents ? String.fromCodePoint(character.normalize('NFD').codePointAt(0)!) : character;
    if (/\p{White_Space}/u.test(base)) return base;
    if (dropped.test(base) || (stripAccents && /\p{M}/u.test(base))) return '';
    const lower = lowercase ? base.toLowerCase() : base;
    return Array.from(lower).length === 1 ? lower : base;
  };
  return (text) => {
    const edits: Edit[] = [];
    let start = 0;
    for (const character of text) {
      const end = start + character.length;
      const replacement = changed(character);
      if (replacement !== character) edits.push({ start, end, replacement });
      start = end;
    }
    return edits;
  };
}
