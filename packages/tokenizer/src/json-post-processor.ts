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
      const type = value.get('type_id');
      const typeId = type.absent ? 0 : type.index(2 ** 32);
      const id = value.get('id').string();
      if (token.absent) {
        if (id !== 'A' && id !== 'B') value.get('id').fail(`expected A or B, found ${JSON.stringify(id)}`);
        return { sequence: id === 'A' ? 0 : 1, typeId };
      }
      const ids = node.get('special_tokens').get(id).get('ids').items();
      return { ids: ids.map((id) => id.index(size)), typeId };
    });
  if (result.hasTemplate) node.fail('there is more than one template');
  const single = pieces(node.get('single'));
  const texts = single.filter((piece) => 'sequence' in piece).length;
  if (texts !== 1) node.get('single').fail(`the text has to appear once, it appears ${texts} times`);
  if (single.some((piece) => 'sequence' in piece && piece.sequence === 1))
    node.get('single').fail('there is no second text');
  result.single = single;
  result.pair = node.get('pair').absent ? result.pair : pieces(node.get('pair'));
  result.hasTemplate = true;
};

/** Reads `[CLS] A [SEP] B [SEP]`. */
export const readBertProcessing: PostProcessorReader = (node, size, result) => {
  const [before, after] = ends(node, size);
  result.single = [{ ids: before, typeId: 0 }, text, { ids: after, typeId: 0 }];
  result.pair = [...result.single, { sequence: 1, typeId: 1 }, { ids: after, typeId: 1 }];
  result.hasTemplate = true;
};

/** Reads `<s> A </s> </s> B </s>`, with everything of type 0. */
export const readRobertaProcessing: PostProcessorReader = (node, size, result) => {
  const [before, after] = ends(node, size);
  const end = { ids: after, typeId: 0 };
  result.single = [{ ids: before, typeId: 0 }, text, end];
  result.pair = [...result.single, end, { sequence: 1, typeId: 0 }, end];
  result.hasTemplate = true;
  readTrimming(node, size, result);
};

const text: TemplatePiece = { sequence: 0, typeId: 0 };

function ends(node: FileNode, size: number): [number[], number[]] {
  const of = (role: string) => {
    const [, id] = node.get(role).items();
    return [id ? id.index(size) : node.get(role).fail('expected a token and its id')];
  };
  return [of('cls'), of('sep')];
}
