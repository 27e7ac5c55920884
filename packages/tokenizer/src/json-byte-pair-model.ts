import { bytePairModel } from './byte-pair-model.ts';
import type { FileNode } from './file-node.ts';
import type { ModelReader } from './json-readers.ts';
import { readVocabulary } from './json-vocabulary.ts';
import { readMerges } from './merge-table.ts';

/** Reads a model of type BPE whose tokens are made of bytes. */
export const readBytePairModel: ModelReader = (node, added) => {
  refuseDropout(node);
  const vocabulary = readVocabulary(node.get('vocab'), added);
  const unknown = node.get('unk_token');
  const unknownId = unknown.absent ? undefined : vocabulary.idOf(unknown.string());
  const model = bytePairModel(vocabulary, readMerges(node.get('merges'), vocabulary, true), {
    ignoreMerges: node.get('ignore_merges').boolean(),
    unknownId,
    fuseUnknown: node.get('fuse_unk').boolean(),
  });
  return { vocabulary, model, unknownId, takesBytes: true };
};

/** @throws {UnsupportedError} when a model of type BPE leaves out merges by chance */
export function refuseDropout(node: FileNode): void {
  const dropout = node.get('dropout');
  if (dropout.value) dropout.unsupported('ids would differ from call to call');
}
