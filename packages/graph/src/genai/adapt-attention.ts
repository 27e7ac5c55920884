import { UnsupportedError } from '@llamella/spec';
import type { NodeProto } from 'onnx-buf';
import type { GenaiConfig } from './genai-config.ts';
import type { GraphEditor } from './graph-editor.ts';
import { describeNode, floatAttribute, integerAttribute, textAttribute } from './node-attributes.ts';

const PAST = 3;
const LENGTHS = 5;
const COSINES = 7;
const QUERY_NORM = 14;
const ADVICE =
  'use a folder built for GroupQueryAttention, such as the model builder makes for cpu, webgpu and dml';

/**
 * Gives every attention operator the lengths from `seqlens_k` and `total_sequence_length`, and checks that it appends to
 * keys and values that can be bound in place.
 *
 * @returns positions that the shortest table of cosines has room for
 * @throws {UnsupportedError} naming the node, when keys and values are used otherwise
 */
export function adaptAttention(editor: GraphEditor, config: GenaiConfig): number {
  let positions = config.contextLength;
  for (let layer = 0; layer < config.layerCount; layer++) {
    const node = attentionOf(editor, layer);
    checkAttention(editor, config, node, layer);
    editor.change(node, () => {
      node.input.splice(LENGTHS, 2, 'seqlens_k', 'total_sequence_length');
      // The whole sequence is kept, so that nothing has to be evicted; what attention sees stays the same.
      node.attribute = node.attribute.filter(({ name }) => name !== 'sliding_window_cache');
    });
    const cosines = editor.initializers.get(node.input[COSINES] ?? '');
    if (cosines !== undefined) positions = Math.min(positions, cosines.shape[0] ?? positions);
    if (node.input[QUERY_NORM]) separateNorms(editor, config, node);
  }
  return positions;
}

function attentionOf(editor: GraphEditor, layer: number): NodeProto {
  const past = `past_key_values.${layer}.key`;
  const [node, ...others] = editor.readers(past);
  if (node === undefined) {
    throw new UnsupportedError(`${editor.file}: layer ${layer} without keys of its own (${past})`, ADVICE);
  }
  if (others.length > 0 || node.opType !== 'GroupQueryAttention' || node.domain !== 'com.microsoft') {
    const what = others.length > 0 ? 'several nodes' : describeNode(node);
    throw new UnsupportedError(`${editor.file}: attention by ${what}, which read ${past},`, ADVICE);
  }
  return node;
}

function checkAttention(editor: GraphEditor, config: GenaiConfig, node: NodeProto, layer: number): void {
  const refuse = (what: string, advice = ADVICE) =>
    new UnsupportedError(`${editor.file}: ${describeNode(node)} with ${what}`, advice);
  const names = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
  const outputs = [`present.${layer}.key`, `present.${layer}.value`];
  const inPlace = names.every((name, part) => {
    const readers = editor.readers(name);
    return (
      readers.length === 1 && node.input[PAST + part] === name && node.output[1 + part] === outputs[part]
    );
  });
  if (!inPlace) throw refuse(`keys and values other than those of layer ${layer}`);
  for (const name of ['k_quant_type', 'v_quant_type']) {
    const type = textAttribute(node, name);
    if (type !== '' && type !== 'NONE')
      throw refuse(`a quantized cache (${name} ${type})`, 'use a folder with a float cache');
  }
  const heads = integerAttribute(node, 'kv_num_heads', 0);
  if (heads !== config.keyValueHeadCount) {
    throw refuse(`${heads} heads of keys where the folder's configuration has ${config.keyValueHeadCount}`);
  }
  const queries = integerAttribute(node, 'num_heads', 0);
  if (queries !== config.headCount) {
    throw refuse(`${queries} heads where the folder's configuration has ${config.headCount}`);
  }
}

/** Puts the norms of queries and keys into nodes of their own: the CPU's attention operator has none. */
function separateNorms(editor: GraphEditor, config: GenaiConfig, node: NodeProto): void {
  const { headCount, keyValueHeadCount, headSize } = config;
  const name = editor.unused(`${node.output[0]}.normed`);
  const epsilon = { float: floatAttribute(node, 'qk_norm_epsilon') ?? 1e-6 };
  const [queryNorm, keyNorm] = [node.input[QUERY_NORM]!, node.input[QUERY_NORM + 1]!];
  const widths = [headCount, keyValueHeadCount, keyValueHeadCount].map((heads) => heads * headSize);
  let parts = node.input.slice(0, 3);
  if (!parts[1]) {
    parts = ['query', 'key', 'value'].map((part) => `${name}.${part}`);
    editor.integers64(`${name}.widths`, widths);
    editor.insert('Split', [node.input[0]!, `${name}.widths`], parts, { axis: 2 });
  }
  for (const [part, norm] of [queryNorm, keyNorm].entries()) {
    const rows = `${name}.${part}.heads`;
    editor.integers64(`${rows}.shape`, [0, -1, headSize]);
    editor.integers64(`${rows}.whole`, [0, -1, widths[part]!]);
    editor.insert('Reshape', [parts[part]!, `${rows}.shape`], [rows]);
    const attributes = { axis: -1, epsilon, stash_type: 1 };
    editor.insert('SimplifiedLayerNormalization', [rows, norm], [`${rows}.normed`], attributes);
    editor.insert('Reshape', [`${rows}.normed`, `${rows}.whole`], [`${name}.${part}`]);
  }
  editor.change(node, () => {
    node.input = [`${name}.0`, `${name}.1`, parts[2]!, ...node.input.slice(3, QUERY_NORM)];
    node.attribute = node.attribute.filter(({ name }) => name !== 'qk_norm_epsilon');
  });
}
