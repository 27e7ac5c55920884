import type { AddedToken } from './added-tokens.ts';
import type { DecodeStep } from './decode-step.ts';
import type { FileNode } from './file-node.ts';
import type { Normalizer } from './normalizer.ts';
import type { PostProcessor } from './post-processor.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import type { TokenDecoder } from './token-decoder.ts';
import type { TokenModel } from './token-model.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the `model` of a tokenizer.json becomes. */
export interface JsonModel {
  readonly vocabulary: Vocabulary;
  readonly model: TokenModel;
  readonly unknownId: number | undefined;
  /** The model writes pieces in the byte-level alphabet itself, instead of the pre-tokenizer. */
  readonly takesBytes?: boolean;
}

/**
 * Reads `model` of a tokenizer.json.
 *
 * @param added tokens to put into the vocabulary besides those of the model
 * @param byteLevel whether the last thing the pre-tokenizer does is to write pieces in the byte-level alphabet,
 *   which the model may then do itself
 */
export type ModelReader = (node: FileNode, added: readonly AddedToken[], byteLevel: boolean) => JsonModel;
export type NormalizerReader = (node: FileNode) => readonly Normalizer[];
export type PreTokenizerReader = (node: FileNode) => PreTokenizer;
export type DecoderReader = (node: FileNode) => DecodeStep;
/** Adds what a step does to `result`. @param size size of the vocabulary */
export type PostProcessorReader = (node: FileNode, size: number, result: PostProcessor) => void;

/**
 * The readers of every kind of part of a tokenizer.json, by its `type`. `Sequence` is not among them: lists of steps
 * are taken apart before. What a table does not name is refused.
 */
export interface JsonReaders {
  readonly models: Readonly<Record<string, ModelReader>>;
  readonly normalizers: Readonly<Record<string, NormalizerReader>>;
  readonly preTokenizers: Readonly<Record<string, PreTokenizerReader>>;
  readonly postProcessors: Readonly<Record<string, PostProcessorReader>>;
  /** Writes pieces in the byte-level alphabet, for models that do not do it themselves. */
  readonly byteAlphabet?: PreTokenizer;
  /** The `type` of a model that has none, as in old files. */
  readonly kindOf: (model: FileNode) => string | undefined;
  /** Makes a decoder of steps other than the byte-level one. @param textOf the text of a token */
  readonly readDecoder: (
    node: FileNode,
    steps: readonly FileNode[],
    textOf: (id: number) => string | undefined,
  ) => TokenDecoder;
  /** Takes spaces out of what a decoder makes, if tokenizer_config.json asks for it. @param kind of the model */
  readonly cleanUp?: (decoder: TokenDecoder, config: FileNode, kind: string | undefined) => TokenDecoder;
  /** What to do about a part that is not in the tables, if it is not to take one of them. */
  readonly advice?: string;
}
