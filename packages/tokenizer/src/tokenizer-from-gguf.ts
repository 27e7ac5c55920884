import { UnsupportedError } from '@llamella/spec';
import { type AddedToken, AddedTokenMatcher } from './added-tokens.ts';
import { ByteLevelDecoder } from './byte-level-decoder.ts';
import { BytePairModel } from './byte-pair-model.ts';
import { ComposedTokenizer } from './composed-tokenizer.ts';
import { endOfGenerationIds } from './end-of-generation.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { ggufPreTokenizer } from './gguf-pre-tokenizer.ts';
import { readMerges } from './merge-table.ts';
import { surroundWith } from './post-processor.ts';
import { specialTokenIds } from './special-token-ids.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { isSpecialKind, TokenKind } from './token-kind.ts';
import { idLimit, Vocabulary } from './vocabulary.ts';

/** Metadata of a GGUF file by key. */
export type GgufMetadata = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/**
 * Makes the tokenizer that the metadata of a GGUF file describes (`tokenizer.ggml.*`).
 *
 * @param metadata arrays as JavaScript arrays or typed arrays, integers as numbers or bigints
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} when the file has another kind of tokenizer than byte-level BPE, or a
 *   `tokenizer.ggml.pre` that is not known
 */
export function tokenizerFromGguf(metadata: GgufMetadata, options: FileOptions = {}): TextTokenizer {
  const file = options.name ?? 'GGUF metadata';
  const get = (key: string) => {
    const name = `tokenizer.ggml.${key}`;
    const value = metadata instanceof Map ? metadata.get(name) : (metadata as Record<string, unknown>)[name];
    return new FileNode(value, name, file);
  };
  const kind = get('model').string();
  if (kind !== 'gpt2') {
    throw new UnsupportedError(
      `${file}: tokenizer.ggml.model "${kind}"`,
      'only byte-level BPE ("gpt2") is read',
    );
  }
  const vocabulary = readVocabulary(get('tokens'), get('token_type'));
  const pre = ggufPreTokenizer(get('pre').absent ? 'default' : get('pre').string());
  const table = readMerges(get('merges'), vocabulary, false);

  const id = (role: string) => {
    const node = get(`${role}_token_id`);
    return node.absent ? undefined : node.index(vocabulary.size);
  };
  const bos = id('bos');
  const eos = id('eos');
  const around = (role: string, present: number | undefined, fallback: boolean): number[] => {
    const flag = get(`add_${role}_token`);
    if (!flag.boolean(fallback)) return [];
    return [present ?? flag.fail(`asks for a token, but tokenizer.ggml.${role}_token_id is missing`)];
  };
  const added = addedTokens(vocabulary).map((token) => ({ token, text: token.content }));
  return new ComposedTokenizer({
    vocabulary,
    rawTokens: new AddedTokenMatcher(added),
    normalizedTokens: new AddedTokenMatcher([]),
    normalizers: [],
    preTokenizer: pre.preTokenizer,
    model: new BytePairModel(vocabulary, table, { ignoreMerges: pre.ignoreMerges }),
    decoder: new ByteLevelDecoder(vocabulary),
    post: surroundWith(around('bos', bos, pre.addBos), around('eos', eos, false)),
    specialTokenIds: specialTokenIds({ bos, eos, unknown: id('unknown'), padding: id('padding') }),
    endOfGenerationIds: endOfGenerationIds(
      vocabulary,
      ['eos', 'eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'].map(id),
    ),
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
  const value = ArrayBuffer.isView(types.value) ? Array.from(types.value as Int32Array) : types.array();
  if (value.length !== size) types.fail(`${value.length} entries for ${size} tokens`);
  return Uint8Array.from(value, (kind, id) => {
    const known = typeof kind === 'number' && Number.isInteger(kind) && kind >= 0 && kind <= TokenKind.byte;
    return known ? kind : types.fail(`entry ${id} is ${String(kind)}, expected 0 to ${TokenKind.byte}`);
  });
}

/** Control, unknown and user-defined tokens are looked for in the text as they are written. */
function addedTokens(vocabulary: Vocabulary): AddedToken[] {
  const added: AddedToken[] = [];
  for (const [id, content] of vocabulary.tokens.entries()) {
    const kind = vocabulary.kinds[id];
    const special = isSpecialKind(kind);
    if (content === undefined || !(special || kind === TokenKind.userDefined)) continue;
    added.push({
      id,
      content,
      special,
      singleWord: false,
      leftStrip: false,
      rightStrip: false,
      normalized: false,
    });
  }
  return added;
}
