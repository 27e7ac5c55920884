import { piecesToByteAlphabet } from './byte-level-text.ts';
import { chainDecoder } from './chain-decoder.ts';
import { withCleanUp } from './clean-up-spaces.ts';
import { joinWithSpaces } from './decode-per-token.ts';
import type { FileNode } from './file-node.ts';
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
  postProcessors: {
    BertProcessing: readBertProcessing,
    ByteLevel: readTrimming,
    RobertaProcessing: readRobertaProcessing,
    TemplateProcessing: readTemplate,
  },
  byteAlphabet: piecesToByteAlphabet,
  kindOf,
  readDecoder(_node, steps, textOf) {
    const chain = steps.map((step) => step.get('type').oneOf(allDecoders)(step));
    return chainDecoder(chain.length > 0 ? chain : [joinWithSpaces], textOf);
  },
  cleanUp: (decoder, config, kind) => (cleansUp(config, kind) ? withCleanUp(decoder) : decoder),
};

/** Models are told apart by their other fields. */
function kindOf(model: FileNode): string | undefined {
  const has = (key: string) => !model.get(key).absent;
  if (has('merges')) return 'BPE';
  if (has('continuing_subword_prefix')) return 'WordPiece';
  if (!has('vocab')) return undefined;
  return Array.isArray(model.get('vocab').value) ? 'Unigram' : 'WordLevel';
}

/**
 * Whether decoded text is to be cleaned up. That of BPE is not, whatever the file says, because there it takes out
 * spaces that belong to the text.
 *
 * Source: `_decode` in tokenization_utils_tokenizers.py of https://github.com/huggingface/transformers
 */
function cleansUp(config: FileNode, kind: string | undefined): boolean {
  const key = 'clean_up_tokenization_spaces';
  return (
    config.get(key).boolean() &&
    (kind !== 'BPE' || config.get(`${key}_for_bpe_even_though_it_will_corrupt_output`).boolean())
  );
}
