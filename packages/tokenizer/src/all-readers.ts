import { byteLevelReaders } from './byte-level-readers.ts';
import { ChainDecoder } from './chain-decoder.ts';
import { readBertProcessing } from './json-post-processor.ts';
import type { JsonReaders } from './json-readers.ts';

/** Readers of every part of a tokenizer.json that this package knows. */
export const allReaders: JsonReaders = {
  models: {
    ...byteLevelReaders.models,
  },
  normalizers: {
    ...byteLevelReaders.normalizers,
  },
  preTokenizers: {
    ...byteLevelReaders.preTokenizers,
  },
  decoders: {},
  postProcessors: {
    ...byteLevelReaders.postProcessors,
    BertProcessing: readBertProcessing,
  },
  decodeWith: (steps, vocabulary) => new ChainDecoder(steps, vocabulary),
  advice: 'the tokenizer cannot be used',
};
