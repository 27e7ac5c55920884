import { readByteLevelModel } from './json-byte-pair-model.ts';
import { byteLevelNormalizers } from './json-normalizer.ts';
import { readRobertaProcessing, readTemplate, readTrimming } from './json-post-processor.ts';
import { byteLevelPreTokenizers } from './json-pre-tokenizer.ts';
import type { JsonReaders } from './json-readers.ts';

/** Readers of tokenizer.json files with byte-level BPE. */
export const byteLevelReaders: JsonReaders = {
  models: { BPE: readByteLevelModel },
  normalizers: byteLevelNormalizers,
  preTokenizers: byteLevelPreTokenizers,
  decoders: {},
  postProcessors: {
    ByteLevel: readTrimming,
    RobertaProcessing: readRobertaProcessing,
    TemplateProcessing: readTemplate,
  },
  advice: 'import @llamella/tokenizer, which knows more than @llamella/tokenizer/byte-level',
};
