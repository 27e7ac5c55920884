import { TensorProto_DataType as Onnx } from 'onnx-buf';
import type { GenaiConfig, GenaiNames } from './genai-config.ts';
import type { GraphEditor } from './graph-editor.ts';

/** Names of inputs and outputs as a runtime binds them. */
export function standardNames(config: GenaiConfig): [given: string, standard: string][] {
  const { names } = config;
  const pairs: [string, string][] = [
    [names.inputIds, 'input_ids'],
    [names.attentionMask, 'attention_mask'],
    [names.positionIds, 'position_ids'],
    [names.logits, 'logits'],
  ];
  for (let layer = 0; layer < config.layerCount; layer++) {
    const add = (pattern: keyof GenaiNames, standard: string) =>
      pairs.push([names[pattern].replace('%d', String(layer)), standard]);
    add('pastKey', `past_key_values.${layer}.key`);
    add('pastValue', `past_key_values.${layer}.value`);
    add('presentKey', `present.${layer}.key`);
    add('presentValue', `present.${layer}.value`);
  }
  return pairs;
}

/**
 * Makes what the graph still asks for from what a run is given: a mask of ones, since nothing is padded, and the
 * positions that follow `position`, which a `RotaryEmbedding` takes as it is.
 *
 * @returns whether the graph needs `position`
 */
export function adaptInputs(editor: GraphEditor, maskType: number): boolean {
  const mask = editor.inputs.delete('attention_mask') && editor.readers('attention_mask').length > 0;
  if (mask) deriveMask(editor, maskType);
  if (!editor.inputs.delete('position_ids')) return false;
  const readers = editor.readers('position_ids');
  const offsets = readers.filter(
    (node) =>
      node.opType === 'RotaryEmbedding' &&
      node.domain === 'com.microsoft' &&
      node.input.indexOf('position_ids') === 1 &&
      node.input.lastIndexOf('position_ids') === 1,
  );
  editor.redirect('position_ids', 'position', offsets);
  if (offsets.length < readers.length) derivePositions(editor);
  return readers.length > 0;
}

/**
 * Lets token ids come in the type that a backend wants: lookups take both, other nodes get the type that the graph had.
 */
export function adaptTokens(editor: GraphEditor, given: number, wanted: number): void {
  if (given === wanted) return;
  const others = editor.readers('input_ids').filter(({ opType, input }) => {
    const lookup = opType === 'Gather' || opType === 'GatherBlockQuantized';
    return opType !== 'Shape' && !(lookup && input.indexOf('input_ids') === 1);
  });
  if (others.length === 0) return;
  const cast = editor.unused('input_ids.given');
  editor.redirect('input_ids', cast, others);
  editor.insert('Cast', ['input_ids'], [cast], { to: given });
}

/** int64 `[1, total]` of ones, or int32 where the graph had that. */
function deriveMask(editor: GraphEditor, type: number): void {
  editor.insert('Cast', ['total_sequence_length'], ['mask.length.wide'], { to: Onnx.INT64 });
  editor.integers64('mask.length.shape', [1]);
  editor.insert('Reshape', ['mask.length.wide', 'mask.length.shape'], ['mask.length']);
  editor.insert('Concat', ['mask.length.shape', 'mask.length'], ['mask.shape'], { axis: 0 });
  editor.integers64('mask.one', [1]);
  editor.insert('Expand', ['mask.one', 'mask.shape'], ['mask.wide']);
  editor.insert('Cast', ['mask.wide'], ['attention_mask'], { to: type });
}

/** int64 `[1, tokens]`: `position`, `position + 1`, … */
function derivePositions(editor: GraphEditor): void {
  editor.integers64('positions.zero', [0], []);
  editor.integers64('positions.one', [1], []);
  editor.integers64('positions.axis', [0]);
  editor.insert('Shape', ['input_ids'], ['positions.shape']);
  editor.insert('Gather', ['positions.shape', 'positions.one'], ['positions.count'], { axis: 0 });
  editor.insert('Range', ['positions.zero', 'positions.count', 'positions.one'], ['positions.steps']);
  editor.insert('Add', ['positions.steps', 'position'], ['positions.row']);
  editor.insert('Unsqueeze', ['positions.row', 'positions.axis'], ['position_ids']);
}
