import type { FileNode } from './file-node.ts';
import { TokenKind } from './token-kind.ts';

/** Largest id accepted plus one. The largest vocabularies in use have a sixteenth of it. */
export const idLimit = 1 << 22;

/** Tokens by id and ids by token, with each token's kind. Ids may have holes. */
export class Vocabulary {
  readonly tokens: (string | undefined)[];
  readonly kinds: Uint8Array;
  /** Length in UTF-16 units of the longest token. */
  readonly longest: number;
  readonly #ids: Map<string, number>;

  /**
   * @param tokens token of each id; `undefined` for a hole
   * @param kinds a `TokenKind` for each id
   * @param node where the tokens come from, for errors
   * @throws {InvalidFileError} when two ids have the same token
   */
  constructor(tokens: (string | undefined)[], kinds: Uint8Array, node: FileNode) {
    this.tokens = tokens;
    this.kinds = kinds;
    const ids = new Map<string, number>();
    let count = 0;
    let longest = 0;
    for (let id = 0; id < tokens.length; id++) {
      const token = tokens[id];
      if (token === undefined) continue;
      ids.set(token, id);
      if (token.length > longest) longest = token.length;
      if (ids.size === count++) {
        node.fail(`token ${JSON.stringify(token)} has two ids, ${tokens.indexOf(token)} and ${id}`);
      }
    }
    this.#ids = ids;
    this.longest = longest;
  }

  get size(): number {
    return this.tokens.length;
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /** Makes an empty table of kinds: all normal. */
  static normalKinds(size: number): Uint8Array {
    return new Uint8Array(size).fill(TokenKind.normal);
  }
}
