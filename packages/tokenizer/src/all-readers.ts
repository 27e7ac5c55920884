import { byteLevelReaders } from './byte-level-readers.ts';
import { piecesToByteAlphabet } from './byte-level-text.ts';
import { ChainDecoder } from './chain-decoder.ts';
import { withCleanUp } from './clean-up-spaces.ts';
import { joinWithSpaces } from './decode-per-token.ts';
import { allDecoders } from './json-decoder.ts';
import { otherNormalizers } from './json-normalizer.ts';
import { readPairModel } from './json-pair-models.ts';
import { readBertProcessing } from './json-post-processor.ts';
import { otherPreTokenizers } from './json-pre-tokenizer.ts';
import type { JsonReaders } from './json-readers.ts';
import { readPrecompiled, readUnigramModel } from './json-unigram-model.ts';
import { readWordLevelModel, readWordPieceModel } from './json-word-models.ts';

/** Readers of every part of a tokenizer.json that this package knows. */
export const allReaders: JsonReaders = {
  models: {
    BPE: readPairModel,
    Unigram: readUnigramModel,
    WordLevel: readWordLevelModel,
    WordPiece: readWordPieceModel,
  },
  normalizers: {
    ...byteLevelReaders.normalizers,
    ...otherNormalizers,
    Precompiled: readPrecompiled,
  },
  preTokenizers: {
    ...byteLevelReaders.preTokenizers,
    ...otherPreTokenizers,
  },
  decoders: allDecoders,
  postProcessors: {
    ...byteLevelReaders.postProcessors,
    BertProcessing: readBertProcessing,
  },
  byteAlphabet: piecesToByteAlphabet,
  decodeWith: (steps, textOf) => new ChainDecoder(steps.length > 0 ? steps : [joinWithSpaces], textOf),
  cleanUp: withCleanUp,
  advice: 'the tokenizer cannot be used',
};
