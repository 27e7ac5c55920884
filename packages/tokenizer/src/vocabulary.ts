import type { FileNode } from './file-node.ts';
import { type TokenIndex, tokenIndex } from './token-index.ts';
import { TokenKind } from './token-kind.ts';

/** Largest id accepted plus one. The largest vocabularies in use have a sixteenth of it. */
export const idLimit = 1 << 22;

/** Tokens by id and ids by token, with each token's kind. Ids may have holes. */
export interface Vocabulary {
  /** Token of each id; `undefined` for a hole. */
  readonly tokens: readonly (string | undefined)[];
  /** A `TokenKind` for each id. */
  readonly kinds: Uint8Array;
  readonly size: number;
  readonly index: TokenIndex;
  idOf(token: string | undefined): number | undefined;
}

/**
 * @param node where the tokens come from, for errors
 * @throws {InvalidFileError} when two ids have the same token
 */
export function makeVocabulary(
  tokens: readonly (string | undefined)[],
  kinds: Uint8Array,
  node: FileNode,
): Vocabulary {
  const index = tokenIndex(tokens);
  for (let id = 0; id < tokens.length; id++) {
    if (tokens[id] === undefined) continue;
    const other = index.add(id);
    if (other >= 0) node.fail(`token ${JSON.stringify(tokens[id])} has two ids, ${other} and ${id}`);
  }
  return {
    tokens,
    kinds,
    size: tokens.length,
    index,
    idOf(token) {
      const id = token === undefined ? -1 : index.find(token);
      return id < 0 ? undefined : id;
    },
  };
}

/** Makes a table of kinds: all normal. */
export function normalKinds(size: number): Uint8Array {
  return new Uint8Array(size).fill(TokenKind.normal);
}
