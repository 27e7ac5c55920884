import { fullPackage } from './full-package.ts';
import { readByteLevel, readDigits } from './json-byte-level.ts';
import { readBytePairModel } from './json-byte-pair-model.ts';
import { readKnownSplit } from './json-known-split.ts';
import { readTemplate, readTrimming } from './json-post-processor.ts';
import type { JsonReaders } from './json-readers.ts';
import { unicodeForms } from './json-unicode-forms.ts';

/** Readers of tokenizer.json files with byte-level BPE and patterns in wide use. */
export const byteLevelReaders: JsonReaders = {
  models: {
    BPE(node, added, byteLevel) {
      for (const key of ['byte_fallback', 'continuing_subword_prefix', 'end_of_word_suffix'])
        if (node.get(key).value) node.get(key).unsupported(fullPackage);
      if (!byteLevel)
        node.get('type').unsupported(`its pre-tokenizer does not end with ByteLevel; ${fullPackage}`);
      return readBytePairModel(node, added, byteLevel);
    },
  },
  normalizers: unicodeForms,
  preTokenizers: {
    ByteLevel: readByteLevel,
    Digits: readDigits,
    Split: (node) => readKnownSplit(node) ?? node.unsupported(fullPackage),
  },
  postProcessors: {
    ByteLevel: readTrimming,
    TemplateProcessing: readTemplate,
  },
  kindOf: () => 'BPE',
  readDecoder: (node) => node.unsupported(fullPackage),
  advice: fullPackage,
};
