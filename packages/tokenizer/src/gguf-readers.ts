import type { FileNode } from './file-node.ts';
import type { Normalizer } from './normalizer.ts';
import type { PostProcessor } from './post-processor.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import type { TokenDecoder } from './token-decoder.ts';
import type { TokenModel } from './token-model.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a name in `tokenizer.ggml.pre` stands for. */
export interface GgufPreTokenizer {
  readonly preTokenizer: PreTokenizer;
  /** A piece that is a token stays whole. */
  readonly ignoreMerges?: boolean;
  /** BOS goes before a text unless the file says otherwise. */
  readonly addBos?: boolean;
  /** BOS goes before a text whatever the file says. */
  readonly alwaysAddBos?: boolean;
  /** Tokens are made of characters, with tokens such as `<0x0A>` for bytes; otherwise of bytes, as in GPT-2. */
  readonly characters?: boolean;
  /** Spaces become U+2581 before the text is cut. */
  readonly escapeSpaces?: boolean;
}

/** Tokens that GGUF names by id. */
export type GgufRole = 'bos' | 'eos' | 'unknown' | 'padding' | 'seperator';

/** What a reader gets of a file. */
export interface GgufSource {
  readonly vocabulary: Vocabulary;
  /** @returns the value of `tokenizer.ggml.<key>` */
  get(key: string): FileNode;
  /** @returns the id that the file gives a role, or else the one given here, if the vocabulary has it. */
  id(role: string, fallback?: number): number | undefined;
}

/** What differs between the kinds of tokenizer in GGUF. */
export interface GgufParts {
  readonly normalizers?: readonly Normalizer[];
  readonly preTokenizer: PreTokenizer;
  readonly model: TokenModel;
  readonly decoder: TokenDecoder;
  /** Ids of roles for files that do not say. */
  readonly ids?: Readonly<Partial<Record<GgufRole, number>>>;
  /** Whether BOS and EOS go around texts in files that do not say. */
  readonly addBos?: boolean;
  readonly addEos?: boolean;
  /** Puts BOS before texts whatever the file says. */
  readonly alwaysAddBos?: boolean;
  /** What goes around texts whatever the file says. */
  readonly post?: PostProcessor;
}

/** Readers by `tokenizer.ggml.model`. What the table does not name is refused. */
export interface GgufReaders {
  readonly kinds: Readonly<Record<string, (source: GgufSource) => GgufParts>>;
  /** What to do about another kind. */
  readonly advice: string;
}
