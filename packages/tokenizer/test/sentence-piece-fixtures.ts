import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { FileNode } from '../src/file-node.ts';
import { readMessage } from '../src/protobuf.ts';
import { readSentencePiece } from '../src/read-sentence-piece.ts';
import { randomString } from './random-strings.ts';

/** A model made by tooling/reference/tokenizer_sentencepiece_golden.py. */
export function sentencePieceFixture(name: string): Uint8Array {
  const path = new URL(`fixtures/sentencepiece/${name}.model.br`, import.meta.url);
  return new Uint8Array(brotliDecompressSync(readFileSync(path)));
}

/** The bytes of a message inside a model, or of a field of it. */
export function fieldOf(message: Uint8Array, ...path: number[]): Uint8Array {
  return path.reduce((bytes, wanted) => {
    let found = new Uint8Array(0);
    readMessage(bytes, new FileNode(undefined, '', ''), (field, value) => {
      if (field === wanted && typeof value !== 'number') found = new Uint8Array(value);
    });
    return found;
  }, message);
}

/** The tokenizer.json that the script makes of a model of type unigram. */
export function unigramJson(model: Uint8Array): unknown {
  const { tokens, scores, kinds, byteFallback } = readSentencePiece(model, 'fixture');
  const map = fieldOf(model, 3, 2);
  const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always' };
  return {
    normalizer:
      map.length > 0
        ? { type: 'Precompiled', precompiled_charsmap: Buffer.from(map).toString('base64') }
        : null,
    pre_tokenizer: { ...metaspace, split: true },
    decoder: metaspace,
    model: {
      type: 'Unigram',
      unk_id: kinds.indexOf(2),
      vocab: tokens.map((token, id) => [token, scores[id]]),
      byte_fallback: byteFallback,
    },
  };
}

/** The GGUF metadata that the script makes of a model. */
export function ggufOf(
  model: Uint8Array,
  kind: string,
  flags: Readonly<Record<string, boolean>>,
): Record<string, unknown> {
  const { tokens, scores, kinds } = readSentencePiece(model, 'fixture');
  return {
    'tokenizer.ggml.model': kind,
    'tokenizer.ggml.tokens': [...tokens],
    'tokenizer.ggml.scores': Float32Array.from(scores),
    // llama.cpp cuts characters that share bytes with user-defined tokens.
    'tokenizer.ggml.token_type': tokens.map((token, id) => (token === '\u00e9' ? 1 : kinds[id])),
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': 2,
    'tokenizer.ggml.unknown_token_id': 0,
    ...(kind === 't5' && { 'tokenizer.ggml.precompiled_charsmap': new Int8Array(fieldOf(model, 3, 2)) }),
    ...Object.fromEntries(Object.entries(flags).map(([key, flag]) => [`tokenizer.ggml.${key}`, flag])),
  };
}

/** As in tooling/reference/tokenizer_sentencepiece_golden.py. */
const extras = [
  '',
  ' ',
  '  ',
  '\u2581',
  '<sep>',
  'a b',
  '\u00e9',
  'the',
  '<ctl>',
  '<s>',
  '</s>',
  '<unk>',
  '<0x41>',
  'e\u0301',
  '\ufdfa',
  '\ufb01',
  '\u3000',
  '\u00a0',
  '\u2122',
  '\u2122\u0001',
  '\u0001',
  '\t',
  '\n',
  '\u01c4',
  '\u3314',
  '\u2025',
  '\uff76\uff9e',
  '  \u2581 ',
  '\u200b',
];

/** The same string as `text_of` of the script. */
export function textOf(seed: number, index: number): string {
  return randomString(seed, 2 * index) + extras[index % extras.length]! + randomString(seed, 2 * index + 1);
}
