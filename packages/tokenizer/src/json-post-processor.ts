import type { FileNode } from './file-node.ts';
import type { PostProcessorReader } from './json-readers.ts';
import type { TemplatePiece } from './post-processor.ts';

/** Reads the processor that only changes offsets. */
export const readTrimming: PostProcessorReader = (node, _size, result) => {
  result.trimOffsets ||= node.get('trim_offsets').boolean(true);
  result.addPrefixSpace ||= node.get('add_prefix_space').boolean(true);
};

/** Reads the processor whose file spells out what comes around one text and around two. */
export const readTemplate: PostProcessorReader = (node, size, result) => {
  const pieces = (list: FileNode): TemplatePiece[] =>
    list.items().map((piece) => {
      const token = piece.get('SpecialToken');
      const value = token.absent ? piece.get('Sequence') : token;
      const typeId = value.get('type_id').index(2 ** 32, 0);
      const name = value.get('id');
      if (token.absent) return { sequence: name.oneOf({ A: 0, B: 1 } as const), typeId };
      const ids = node.get('special_tokens').get(name.string()).get('ids').items();
      return { ids: ids.map((id) => id.index(size)), typeId };
    });
  if (result.hasTemplate) node.fail('there is more than one template');
  const texts = (list: readonly TemplatePiece[], which: 0 | 1) =>
    list.filter((piece) => 'sequence' in piece && piece.sequence === which).length;
  const single = pieces(node.get('single'));
  if (texts(single, 0) !== 1 || texts(single, 1) !== 0)
    node.get('single').fail(`the text has to appear once, it appears ${texts(single, 0)} times`);
  result.single = single;
  if (!node.get('pair').absent) result.pair = pieces(node.get('pair'));
  result.hasTemplate = true;
};

/** Reads `<s> A </s> </s> B </s>`, with everything of type 0. */
export const readRobertaProcessing: PostProcessorReader = (node, size, result) => {
  readClassifierEnds(node, size, result, [{ ids: [idOf(node.get('sep'), size)], typeId: 0 }]);
  readTrimming(node, size, result);
};

/** Reads `[CLS] A [SEP] B [SEP]`, with the second text of type 1. */
export const readBertProcessing: PostProcessorReader = (node, size, result) =>
  readClassifierEnds(node, size, result);

function readClassifierEnds(
  node: FileNode,
  size: number,
  result: Parameters<PostProcessorReader>[2],
  between?: readonly TemplatePiece[],
): void {
  const end = (typeId: number): TemplatePiece => ({ ids: [idOf(node.get('sep'), size)], typeId });
  const second = between ? 0 : 1;
  result.single = [{ ids: [idOf(node.get('cls'), size)], typeId: 0 }, { sequence: 0, typeId: 0 }, end(0)];
  result.pair = [...result.single, ...(between ?? []), { sequence: 1, typeId: second }, end(second)];
  result.hasTemplate = true;
}

/** The id of a pair of a token and its id. */
function idOf(node: FileNode, size: number): number {
  return node.items()[1]?.index(size) ?? node.fail('expected a token and its id');
}
