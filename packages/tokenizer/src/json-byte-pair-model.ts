import { UnsupportedError } from '@llamella/spec';
import { BytePairModel } from './byte-pair-model.ts';
import type { FileNode } from './file-node.ts';
import type { ModelReader } from './json-readers.ts';
import { readVocabulary } from './json-vocabulary.ts';
import { readMerges } from './merge-table.ts';

/** Fields that keep a model of type BPE from being one of bytes alone. */
export const beyondBytes = ['byte_fallback', 'continuing_subword_prefix', 'end_of_word_suffix'] as const;

/** Reads a byte-level model of type BPE. @throws {UnsupportedError} when it is not byte-level */
export const readByteLevelModel: ModelReader = (node, added, byteLevel) => {
  refuseDropout(node);
  const key = beyondBytes.find((name) => node.get(name).value);
  if (key || !byteLevel) {
    throw new UnsupportedError(
      `${node.file}: ${key ? `model.${key}` : 'BPE without a ByteLevel pre-tokenizer'}`,
      'only byte-level BPE is known here; import @llamella/tokenizer instead of @llamella/tokenizer/byte-level',
    );
  }
  const vocabulary = readVocabulary(node.get('vocab'), added);
  const unknown = node.get('unk_token');
  const unknownId = unknown.absent ? undefined : vocabulary.idOf(unknown.string());
  const model = new BytePairModel(vocabulary, readMerges(node.get('merges'), vocabulary, true), {
    ignoreMerges: node.get('ignore_merges').boolean(false),
    unknownId,
    fuseUnknown: node.get('fuse_unk').boolean(false),
  });
  return { vocabulary, model, unknownId, takesBytes: true };
};

/** @throws {UnsupportedError} when a model of type BPE leaves out merges by chance */
export function refuseDropout(node: FileNode): void {
  if (node.get('dropout').value)
    throw new UnsupportedError(`${node.file}: model.dropout`, 'ids would differ from call to call');
}
