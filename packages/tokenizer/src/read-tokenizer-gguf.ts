import { UnsupportedError } from '@llamella/spec';
import { AddedTokenMatcher } from './added-tokens.ts';
import { ComposedTokenizer } from './composed-tokenizer.ts';
import { endOfGenerationIds } from './end-of-generation.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { numbersOf } from './gguf-numbers.ts';
import type { GgufReaders, GgufRole, GgufSource } from './gguf-readers.ts';
import { surroundWith } from './post-processor.ts';
import { specialTokenIds } from './special-token-ids.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { TokenKind } from './token-kind.ts';
import { verbatimTokens } from './verbatim-tokens.ts';
import { idLimit, Vocabulary } from './vocabulary.ts';

/** Metadata of a GGUF file by key. */
export type GgufMetadata = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/** Puts a tokenizer together from the metadata of a GGUF file. See `tokenizerFromGguf`. */
export function readTokenizerGguf(
  metadata: GgufMetadata,
  options: FileOptions,
  readers: GgufReaders,
): TextTokenizer {
  const file = options.name ?? 'GGUF metadata';
  const get = (key: string) => {
    const name = `tokenizer.ggml.${key}`;
    const value = metadata instanceof Map ? metadata.get(name) : (metadata as Record<string, unknown>)[name];
    return new FileNode(value, name, file);
  };
  const kind = get('model').string();
  const read = Object.hasOwn(readers.kinds, kind) ? readers.kinds[kind] : undefined;
  if (!read) throw new UnsupportedError(`${file}: tokenizer.ggml.model "${kind}"`, readers.advice);
  const vocabulary = readVocabulary(get('tokens'), get('token_type'));
  const id: GgufSource['id'] = (role, fallback) => {
    const node = get(`${role}_token_id`);
    if (!node.absent) return node.index(vocabulary.size);
    return fallback !== undefined && fallback < vocabulary.size ? fallback : undefined;
  };
  const parts = read({ file, vocabulary, get, id });
  const idOf = (role: GgufRole) => id(role, parts.ids?.[role]);
  const always = (role: GgufRole): number[] => [
    idOf(role) ?? get(`${role}_token_id`).fail('it is missing, and goes around every text'),
  ];
  const flagged = (role: 'bos' | 'eos', fallback: boolean): number[] => {
    const flag = get(`add_${role}_token`);
    if (!flag.boolean(fallback) && !(role === 'bos' && parts.alwaysAddBos)) return [];
    return [idOf(role) ?? flag.fail(`asks for a token, but tokenizer.ggml.${role}_token_id is missing`)];
  };
  const { around } = parts;
  const eos = idOf('eos');
  return new ComposedTokenizer({
    vocabulary,
    rawTokens: new AddedTokenMatcher(verbatimTokens(vocabulary)),
    normalizedTokens: new AddedTokenMatcher([]),
    normalizers: parts.normalizers ?? [],
    preTokenizer: parts.preTokenizer,
    model: parts.model,
    decoder: parts.decoder,
    post: around
      ? surroundWith(always(around[0]), always(around[1]))
      : surroundWith(flagged('bos', parts.addBos), flagged('eos', parts.addEos ?? false)),
    specialTokenIds: specialTokenIds({
      bos: idOf('bos'),
      eos,
      unknown: idOf('unknown'),
      padding: idOf('padding'),
    }),
    endOfGenerationIds: endOfGenerationIds(vocabulary, [
      eos,
      ...['eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'].map((role) => id(role as GgufRole)),
    ]),
  });
}

function readVocabulary(tokens: FileNode, types: FileNode): Vocabulary {
  const list = tokens.array();
  if (list.length === 0 || list.length > idLimit)
    tokens.fail(`${list.length} tokens, expected 1 to ${idLimit}`);
  const texts = list.map((token, id) => {
    if (typeof token !== 'string') tokens.fail(`token ${id} is not a string`);
    // llama.cpp's name for tokens without text, which would not be unique.
    return (token as string) || `[EMPTY_${id}]`;
  });
  return new Vocabulary(texts, readKinds(types, texts.length), tokens);
}

function readKinds(types: FileNode, size: number): Uint8Array {
  if (types.absent) return Vocabulary.normalKinds(size);
  return Uint8Array.from(numbersOf(types, size), (kind, id) => {
    const known = Number.isInteger(kind) && kind >= 0 && kind <= TokenKind.byte;
    return known ? kind : types.fail(`entry ${id} is ${kind}, expected 0 to ${TokenKind.byte}`);
  });
}
