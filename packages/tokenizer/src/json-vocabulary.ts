import type { AddedToken } from './added-tokens.ts';
import type { FileNode } from './file-node.ts';
import { PackedTokens } from './packed-parts.ts';
import { TokenKind } from './token-kind.ts';
import { idLimit, makeVocabulary, normalKinds, type Vocabulary } from './vocabulary.ts';

/** Reads a token of `added_tokens`, or of `added_tokens_decoder` where its id is the key. */
export function readAddedToken(node: FileNode, id: number): AddedToken {
  const flag = (name: string, fallback = false) => node.get(name).boolean(fallback);
  const special = flag('special');
  return {
    id,
    content: node.get('content').string(),
    special,
    singleWord: flag('single_word'),
    leftStrip: flag('lstrip'),
    rightStrip: flag('rstrip'),
    normalized: flag('normalized', !special),
  };
}

/** `added_tokens` of tokenizer.json and what `added_tokens_decoder` of tokenizer_config.json has beyond them. */
export function readAddedTokens(added: FileNode, decoder: FileNode): AddedToken[] {
  const tokens = added.absent
    ? []
    : added.items().map((node) => readAddedToken(node, node.get('id').index(idLimit)));
  const known = new Set(tokens.map((token) => token.id));
  for (const key of decoder.absent ? [] : Object.keys(decoder.record())) {
    const node = decoder.get(key);
    const id = Number(key);
    if (!/^\d+$/.test(key) || id >= idLimit) node.fail(`the key is not an id in [0, ${idLimit})`);
    if (!known.has(id)) tokens.push(readAddedToken(node, id));
  }
  return tokens.filter((token) => token.content !== '');
}

function putToken(tokens: (string | undefined)[], id: number, token: string, node: FileNode): void {
  while (tokens.length <= id) tokens.push(undefined);
  const other = (tokens[id] ??= token);
  if (other !== token)
    node.fail(`id ${id} has two tokens, ${JSON.stringify(other)} and ${JSON.stringify(token)}`);
}

/** Puts the tokens of a model and added ones together. @throws {InvalidFileError} when they contradict each other */
export function withAdded(
  tokens: (string | undefined)[],
  added: readonly AddedToken[],
  node: FileNode,
): Vocabulary {
  for (const { id, content } of added) putToken(tokens, id, content, node);
  if (tokens.length === 0) node.fail('there are no tokens');
  const kinds = normalKinds(tokens.length);
  for (const { id, special } of added) kinds[id] = special ? TokenKind.control : TokenKind.userDefined;
  return makeVocabulary(tokens, kinds, node);
}

/** Puts `model.vocab` and the added tokens together. @throws {InvalidFileError} when they contradict each other */
export function readVocabulary(node: FileNode, added: readonly AddedToken[]): Vocabulary {
  if (node.value instanceof PackedTokens) return withAdded([...node.value.tokens], added, node);
  const record = node.record();
  const tokens: (string | undefined)[] = [];
  for (const token of Object.keys(record)) {
    const id = record[token];
    // Only what is wrong is looked at as a node: there are many tokens.
    const isId = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < idLimit;
    putToken(tokens, isId ? id : node.get(token).index(idLimit), token, node);
  }
  return withAdded(tokens, added, node);
}

/** The tokens of a model, and what it may make of text. */
export interface ModelTokens {
  readonly vocabulary: Vocabulary;
  /** The id of a token of the model that text may become: not of a control token, which text must not forge. */
  readonly idOf: (text: string) => number | undefined;
  readonly unknown: {
    readonly id: number | undefined;
    /** @throws {InvalidFileError} when there is no unknown token */
    readonly required: () => number;
  };
}

/** Reads `vocab` and `unk_token` of a model, with the added tokens. */
export function readTokens(node: FileNode, added: readonly AddedToken[]): ModelTokens {
  const vocab = node.get('vocab');
  const vocabulary = readVocabulary(vocab, added);
  const { value } = vocab;
  const own = value instanceof PackedTokens ? new Set(value.tokens) : undefined;
  const has = (content: string) => own?.has(content) ?? Object.hasOwn(vocab.record(), content);
  const barred = new Set(
    added.filter(({ special, content }) => special || !has(content)).map(({ id }) => id),
  );
  const token = node.get('unk_token');
  const id = token.absent ? undefined : vocabulary.idOf(token.string());
  return {
    vocabulary,
    idOf: (text) => {
      const found = vocabulary.index.find(text);
      return found < 0 || barred.has(found) ? undefined : found;
    },
    unknown: { id, required: () => id ?? token.fail('text needs it, but it is not in the vocabulary') },
  };
}
