import type { ModelConfig } from '@llamella/spec';
import type { QuantizedWeights } from './find-quantized.ts';
import type { GenaiConfig } from './genai-config.ts';
import type { GraphEditor } from './graph-editor.ts';
import { floatAttribute, integerAttribute } from './node-attributes.ts';

const norms = new Set([
  ...['SimplifiedLayerNormalization', 'SkipSimplifiedLayerNormalization', 'RMSNormalization'],
  ...['LayerNormalization', 'SkipLayerNormalization'],
]);

/**
 * What can be told of a model from its configuration and its graph. `ropeTheta` is 0, which no model has: the graph
 * holds finished tables.
 */
export function describeModel(
  config: GenaiConfig,
  editor: GraphEditor,
  weights: QuantizedWeights,
): ModelConfig {
  const { hiddenSize } = config;
  let normEpsilon = 0;
  let ropeInterleaved = false;
  let intermediateSize = 0;
  for (const node of editor.nodes) {
    if (norms.has(node.opType)) normEpsilon ||= floatAttribute(node, 'epsilon') ?? 0;
    const name = node.opType === 'RotaryEmbedding' ? 'interleaved' : 'rotary_interleaved';
    ropeInterleaved ||= integerAttribute(node, name, 0) === 1;
    const shape = node.opType === 'MatMul' ? editor.initializers.get(node.input[1] ?? '')?.shape : undefined;
    if (shape?.[1] === hiddenSize) intermediateSize = Math.max(intermediateSize, shape[0]!);
  }
  for (const { inputs, outputs } of weights.byName.values()) {
    if (outputs === hiddenSize) intermediateSize = Math.max(intermediateSize, inputs);
  }
  return {
    architecture: config.type,
    contextLength: config.contextLength,
    vocabularySize: config.vocabularySize,
    hiddenSize,
    intermediateSize,
    layerCount: config.layerCount,
    headCount: config.headCount,
    keyValueHeadCount: config.keyValueHeadCount,
    headSize: config.headSize,
    normEpsilon,
    ropeTheta: 0,
    ropeScaling: { kind: 'none' },
    ropeInterleaved,
    tiedEmbeddings: !hasTable(config, editor, weights),
  };
}

/** Whether token embeddings are looked up in a table that no product reads. */
function hasTable(config: GenaiConfig, editor: GraphEditor, weights: QuantizedWeights): boolean {
  return editor.readers(config.names.inputIds).some((node) => {
    if (node.opType !== 'Gather' && node.opType !== 'GatherBlockQuantized') return false;
    const maker = editor.producer(node.input[0]!);
    const table = maker === undefined ? node.input[0]! : maker.input[0]!;
    return (
      editor.readers(table).length === 1 && (maker === undefined || weights.byData.get(table) === undefined)
    );
  });
}
