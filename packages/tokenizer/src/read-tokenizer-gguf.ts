import { composeTokenizer } from './composed-tokenizer.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { numbersOf } from './gguf-numbers.ts';
import type { GgufReaders, GgufRole, GgufSource } from './gguf-readers.ts';
import { surroundWith } from './post-processor.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { TokenKind } from './token-kind.ts';
import { verbatimTokens } from './verbatim-tokens.ts';
import { idLimit, makeVocabulary, normalKinds, type Vocabulary } from './vocabulary.ts';

/** Metadata of a GGUF file by key. */
export type GgufMetadata = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/** Puts a tokenizer together from the metadata of a GGUF file. See `tokenizerFromGguf`. */
export function readTokenizerGguf(
  metadata: GgufMetadata,
  { name = 'GGUF metadata' }: FileOptions,
  readers: GgufReaders,
): TextTokenizer {
  const get = (key: string) => {
    const path = `tokenizer.ggml.${key}`;
    const value = metadata instanceof Map ? metadata.get(path) : (metadata as Record<string, unknown>)[path];
    return new FileNode(value, path, name);
  };
  const read = get('model').oneOf(readers.kinds, undefined, readers.advice);
  const vocabulary = readVocabulary(get('tokens'), get('token_type'));
  const id: GgufSource['id'] = (role, fallback = -1) => {
    const found = get(`${role}_token_id`).index(vocabulary.size, fallback);
    return found >= 0 && found < vocabulary.size ? found : undefined;
  };
  const parts = read({ vocabulary, get, id });
  const idOf = (role: GgufRole) => id(role, parts.ids?.[role]);
  /** Where the file or the kind of tokenizer asks for a token, it has to be there. */
  const ends = (role: GgufRole, isAdded: boolean, asks = get(`${role}_token_id`)): number[] =>
    isAdded ? [idOf(role) ?? asks.fail(`asks for a token, but there is no ${role}_token_id`)] : [];
  const flagged = (role: 'bos' | 'eos', fallback = false, always = false) => {
    const flag = get(`add_${role}_token`);
    return ends(role, flag.boolean(fallback) || always, flag);
  };
  const { around } = parts;
  return composeTokenizer({
    ...parts,
    vocabulary,
    rawTokens: verbatimTokens(vocabulary),
    post: around
      ? surroundWith(ends(around[0], true), ends(around[1], true))
      : surroundWith(flagged('bos', parts.addBos, parts.alwaysAddBos), flagged('eos', parts.addEos)),
    roles: { bos: idOf('bos'), eos: idOf('eos'), unknown: idOf('unknown'), padding: idOf('padding') },
    ends: ['eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'].map((role) => id(role)),
  });
}

function readVocabulary(tokens: FileNode, types: FileNode): Vocabulary {
  const texts = tokens.array().map((token, id) => {
    if (typeof token !== 'string') tokens.fail(`token ${id} is not a string`);
    // llama.cpp's name for tokens without text, which would not be unique.
    return (token as string) || `[EMPTY_${id}]`;
  });
  const { length } = texts;
  if (length === 0 || length > idLimit) tokens.fail(`${length} tokens, expected 1 to ${idLimit}`);
  return makeVocabulary(texts, types.absent ? normalKinds(length) : readKinds(types, length), tokens);
}

function readKinds(types: FileNode, size: number): Uint8Array {
  return Uint8Array.from(numbersOf(types, size), (kind, id) => {
    const known = Number.isInteger(kind) && kind >= 0 && kind <= TokenKind.byte;
    return known ? kind : types.fail(`entry ${id} is ${kind}, expected 0 to ${TokenKind.byte}`);
  });
}
