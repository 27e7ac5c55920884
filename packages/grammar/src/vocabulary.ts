import { InvalidArgumentError } from '@llamella/spec';
import { isPlain } from './plain-text.ts';
import { TokenTree } from './token-tree.ts';

/** What this package has to know of a tokenizer; `Tokenizer` of @llamella/spec has it. */
export interface TokenVocabulary {
  /** Number of tokens: ids are from 0 to one less. */
  readonly vocabularySize: number;
  /** Tokens after which the text is over. */
  readonly endOfGenerationIds: Iterable<number>;
  /** The bytes that a token stands for; empty for control tokens, which a grammar never allows. */
  tokenBytes(id: number): Uint8Array;
}

/** A token of at most so many plain characters is not looked at where any plain text may follow. */
export const shortPlain = 16;

/** The tokens of a vocabulary, ordered for making masks. */
export class Vocabulary {
  readonly size: number;
  readonly endOfGeneration: readonly number[];
  readonly all: TokenTree;
  /** All but short plain tokens. */
  readonly special: TokenTree;
  /** A mask of the short plain tokens. */
  readonly plain: Uint32Array;
  readonly #tokens: readonly Uint8Array[];

  /** @throws {InvalidArgumentError} when a size, an id or a token's bytes are not usable */
  constructor(source: TokenVocabulary) {
    const size = source.vocabularySize;
    if (!Number.isInteger(size) || size < 1 || size > 0x1000000)
      throw new InvalidArgumentError('vocabularySize', `${size} is not a count from 1 to 16777216`);
    this.size = size;
    this.endOfGeneration = [...source.endOfGenerationIds];
    for (const id of this.endOfGeneration)
      if (!Number.isInteger(id) || id < 0 || id >= size)
        throw new InvalidArgumentError('endOfGenerationIds', `${id} is not an id of the vocabulary`);
    this.plain = new Uint32Array((size + 31) >>> 5);
    const ended = new Set(this.endOfGeneration);
    const tokens: Uint8Array[] = [];
    const sorted: { id: number; key: string }[] = [];
    for (let id = 0; id < size; id++) {
      const bytes = ended.has(id) ? new Uint8Array(0) : source.tokenBytes(id);
      if (!(bytes instanceof Uint8Array) || bytes.length > 0xffff)
        throw new InvalidArgumentError(
          'tokenBytes',
          `token ${id} must be a Uint8Array of at most 65535 bytes`,
        );
      tokens.push(bytes);
      if (bytes.length === 0) continue;
      sorted.push({ id, key: String.fromCharCode(...bytes) });
      if (isPlain(bytes, shortPlain)) this.plain[id >>> 5]! |= 1 << (id & 31);
    }
    sorted.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : left.id - right.id));
    this.#tokens = tokens;
    this.all = new TokenTree(sorted, size);
    this.special = new TokenTree(
      sorted.filter(({ id }) => ((this.plain[id >>> 5]! >>> (id & 31)) & 1) === 0),
      size,
    );
  }

  bytesOf(id: number): Uint8Array {
    return this.#tokens[id]!;
  }
}
