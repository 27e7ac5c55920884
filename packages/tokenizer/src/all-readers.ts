import { piecesToByteAlphabet } from './byte-level-text.ts';
import { ChainDecoder } from './chain-decoder.ts';
import { withCleanUp } from './clean-up-spaces.ts';
import { joinWithSpaces } from './decode-per-token.ts';
import { allDecoders } from './json-decoder.ts';
import { allNormalizers } from './json-normalizer.ts';
import { readPairModel } from './json-pair-models.ts';
import {
  readBertProcessing,
  readRobertaProcessing,
  readTemplate,
  readTrimming,
} from './json-post-processor.ts';
import { allPreTokenizers } from './json-pre-tokenizer.ts';
import type { JsonReaders } from './json-readers.ts';
import { readUnigramModel } from './json-unigram-model.ts';
import { readWordLevelModel, readWordPieceModel } from './json-word-models.ts';

/** Readers of every part of a tokenizer.json that this package knows. */
export const allReaders: JsonReaders = {
  models: {
    BPE: readPairModel,
    Unigram: readUnigramModel,
    WordLevel: readWordLevelModel,
    WordPiece: readWordPieceModel,
  },
  normalizers: allNormalizers,
  preTokenizers: allPreTokenizers,
  decoders: allDecoders,
  postProcessors: {
    BertProcessing: readBertProcessing,
    ByteLevel: readTrimming,
    RobertaProcessing: readRobertaProcessing,
    TemplateProcessing: readTemplate,
  },
  byteAlphabet: piecesToByteAlphabet,
  decodeWith: (steps, textOf) => new ChainDecoder(steps.length > 0 ? steps : [joinWithSpaces], textOf),
  cleanUp: withCleanUp,
};
