import type { FileNode } from './file-node.ts';
import { TokenIndex } from './token-index.ts';
import { TokenKind } from './token-kind.ts';

/** Largest id accepted plus one. The largest vocabularies in use have a sixteenth of it. */
export const idLimit = 1 << 22;

/** Tokens by id and ids by token, with each token's kind. Ids may have holes. */
export class Vocabulary {
  readonly tokens: readonly (string | undefined)[];
  readonly kinds: Uint8Array;
  readonly index: TokenIndex;

  /**
   * @param tokens token of each id; `undefined` for a hole
   * @param kinds a `TokenKind` for each id
   * @param node where the tokens come from, for errors
   * @throws {InvalidFileError} when two ids have the same token
   */
  constructor(tokens: readonly (string | undefined)[], kinds: Uint8Array, node: FileNode) {
    this.tokens = tokens;
    this.kinds = kinds;
    this.index = new TokenIndex(tokens);
    for (let id = 0; id < tokens.length; id++) {
      if (tokens[id] === undefined) continue;
      const other = this.index.add(id);
      if (other >= 0) node.fail(`token ${JSON.stringify(tokens[id])} has two ids, ${other} and ${id}`);
    }
  }

  get size(): number {
    return this.tokens.length;
  }

  idOf(token: string | undefined): number | undefined {
    const id = token === undefined ? -1 : this.index.find(token);
    return id < 0 ? undefined : id;
  }
}

/** Makes a table of kinds: all normal. */
export function normalKinds(size: number): Uint8Array {
  return new Uint8Array(size).fill(TokenKind.normal);
}
