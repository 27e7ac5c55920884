/** How `Tokenizer.encode` treats special tokens. */
export interface EncodeOptions {
  /** Adds the tokens that the model expects around a text, such as BOS. Default `true`. */
  readonly addSpecialTokens?: boolean;
  /**
   * Recognises control tokens written out in the text, such as `<|im_start|>`. Default `false`, so that a user's
   * text cannot forge them; a rendered chat template needs `true`. A list recognises only the tokens in it.
   */
  readonly parseSpecialTokens?: boolean | readonly string[];
}

/** How `Tokenizer.decode` and its streaming decoder write tokens. */
export interface DecodeOptions {
  /** Leaves control tokens out of the text. Default `false`. */
  readonly skipSpecialTokens?: boolean;
  /**
   * Makes a streaming decoder hold back a user-perceived character (a grapheme cluster: an emoji of several code
   * points, a letter with marks) until the next one begins. Default `false`.
   */
  readonly wholeGraphemes?: boolean;
}

/** Decodes one token at a time. A character whose bytes are spread over tokens comes out whole, once complete. */
export interface StreamingDecoder {
  /** @returns the text that became certain with this token; often empty. */
  push(id: number): string;
  /** Ends the stream. @returns what was held back, with U+FFFD for an incomplete character. */
  flush(): string;
}

/** Ids by role; a role that the vocabulary does not have is absent. */
export interface SpecialTokenIds {
  /** Begins a text. */
  readonly bos?: number;
  /** Ends a text. */
  readonly eos?: number;
  /** Stands for text that has no tokens. */
  readonly unknown?: number;
  /** Fills up the rows of a batch. */
  readonly padding?: number;
}

/** Text to token ids and back. Implementations hold no state between calls. */
export interface Tokenizer {
  /** Number of ids; they are `0` to `vocabularySize - 1`. */
  readonly vocabularySize: number;
  /** Ids by role. */
  readonly specialTokenIds: SpecialTokenIds;
  /** Ids after which a model stops talking: EOS, end of turn, end of message. */
  readonly endOfGenerationIds: ReadonlySet<number>;
  /** Turns a text into token ids. @throws {InvalidArgumentError} when `text` is not a string */
  encode(text: string, options?: EncodeOptions): Uint32Array;
  /** Never throws on ids of the vocabulary; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  /** Makes a decoder for one stream of ids. */
  createDecoder(options?: DecodeOptions): StreamingDecoder;
  /** Text of one token as the vocabulary writes it, or `undefined` when there is no such id. */
  idToToken(id: number): string | undefined;
  /** Id of a token as the vocabulary writes it, or `undefined` when there is no such token. */
  tokenToId(token: string): number | undefined;
  /** The bytes that a token stands for; empty for control tokens. */
  tokenBytes(id: number): Uint8Array;
}
