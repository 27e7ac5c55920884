import { type GraphContext, requireTensor } from '../graph-context.ts';

function weight(context: GraphContext, tensor: string): string {
  const size = context.config.hiddenSize;
  requireTensor(context, tensor, [size]);
  context.table.packed(tensor, 'float32', [size], { kind: 'decode', tensors: [tensor] });
  context.fidelity.push({ tensor, kind: 'exact', bound: 0, runsAs: 'RMS norm float32' });
  return tensor;
}

/** Writes root-mean-square normalization over the last axis (Zhang and Sennrich, arXiv 1910.07467). */
export function norm(context: GraphContext, tensor: string, input: string, output: string): void {
  context.writer.node('SimplifiedLayerNormalization', [input, weight(context, tensor)], [output], {
    axis: -1,
    epsilon: { float: context.config.normEpsilon },
    stash_type: 1,
  });
}

/** Writes `residual = residual + input` and the normalization of that sum, as one node. */
export function addAndNorm(
  context: GraphContext,
  tensor: string,
  operands: { readonly residual: string; readonly input: string },
  outputs: { readonly residual: string; readonly normed: string },
): void {
  context.writer.contribNode(
    'SkipSimplifiedLayerNormalization',
    [operands.residual, operands.input, weight(context, tensor)],
    [outputs.normed, '', '', outputs.residual],
    { epsilon: { float: context.config.normEpsilon } },
  );
}
