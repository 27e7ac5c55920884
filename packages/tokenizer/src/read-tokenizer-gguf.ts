import { composeTokenizer } from './composed-tokenizer.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { arrayOf } from './gguf-numbers.ts';
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
  { name = 'GGUF metadata', endOfGenerationIds = [] }: FileOptions,
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
  const ends = (role: 'bos' | 'eos', fallback = false, always = false): number[] => {
    const flag = get(`add_${role}_token`);
    if (!flag.boolean(fallback) && !always) return [];
    return [idOf(role) ?? flag.fail(`asks for a token, but there is no ${role}_token_id`)];
  };
  return composeTokenizer({
    ...parts,
    vocabulary,
    rawTokens: verbatimTokens(vocabulary),
    post:
      parts.post ?? surroundWith(ends('bos', parts.addBos, parts.alwaysAddBos), ends('eos', parts.addEos)),
    roles: { bos: idOf('bos'), eos: idOf('eos'), unknown: idOf('unknown'), padding: idOf('padding') },
    ends: [...['eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'].map((role) => id(role)), ...endOfGenerationIds],
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
  const kinds = arrayOf(types, size);
  return Uint8Array.from(kinds as number[], (kind, id) => {
    const isKnown = Number.isInteger(kind) && kind >= 0 && kind <= TokenKind.byte;
    return isKnown ? kind : types.fail(`entry ${id} is ${kind}, expected 0 to ${TokenKind.byte}`);
  });
}
