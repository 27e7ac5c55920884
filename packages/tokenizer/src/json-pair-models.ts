import { characterPairModel } from './character-pair-model.ts';
import type { FileNode } from './file-node.ts';
import { readBytePairModel, refuseDropout } from './json-byte-pair-model.ts';
import type { JsonModel, ModelReader } from './json-readers.ts';
import { readTokens } from './json-vocabulary.ts';
import { type MergeTable, mergeTable, readMerges } from './merge-table.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Reads a model of type BPE: over bytes where the pre-tokenizer asks for it, else over characters. */
export const readPairModel: ModelReader = (node, added, byteLevel) => {
  const affix = ['continuing_subword_prefix', 'end_of_word_suffix'].find((key) => node.get(key).value);
  if (byteLevel && !affix) return readBytePairModel(node, added, byteLevel);
  return readCharacterModel(node, added);
};

function readCharacterModel(node: FileNode, added: Parameters<ModelReader>[1]): JsonModel {
  refuseDropout(node);
  const { vocabulary, idOf, unknown } = readTokens(node, added);
  const prefix = node.get('continuing_subword_prefix').string('');
  const merges = node.get('merges');
  const table = prefix
    ? readPrefixedMerges(merges, vocabulary, prefix)
    : readMerges(merges, vocabulary, true);
  const model = characterPairModel(vocabulary, table, {
    idOf,
    prefix,
    suffix: node.get('end_of_word_suffix').string(''),
    ignoreMerges: node.get('ignore_merges').boolean(),
    unknownId: unknown.id,
    fuseUnknown: node.get('fuse_unk').boolean(),
    byteFallback: node.get('byte_fallback').boolean(),
  });
  return { vocabulary, model, unknownId: unknown.id };
}

/** The prefix of the right token is not a part of what a merge makes. */
function readPrefixedMerges(node: FileNode, vocabulary: Vocabulary, prefix: string): MergeTable {
  const merges = node.items();
  const table = mergeTable(merges.length);
  for (const [rank, entry] of merges.entries()) {
    const [left = '', right = '', ...others] =
      typeof entry.value === 'string' ? entry.value.split(' ') : entry.items().map((part) => part.string());
    if (left === '' || right === '' || others.length > 0) entry.fail('not a pair of tokens');
    const ids = [left, right, left + right.slice(prefix.length)].map(
      (token) =>
        vocabulary.idOf(token) ??
        entry.fail(`names ${JSON.stringify(token)}, which is not in the vocabulary`),
    );
    table.add(ids[0]!, ids[1]!, rank, ids[2]!, true);
  }
  return table;
}
