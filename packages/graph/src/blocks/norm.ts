import { type GraphContext, requireVector } from '../graph-context.ts';
import { vectorFidelity } from '../linear-form.ts';
import { blockShape, writeOnce } from './block-sums.ts';

function weight(context: GraphContext, tensor: string, size: number): string {
  requireVector(context, tensor, size);
  context.table.packed(tensor, context.profile.floatType, [size], { kind: 'decode', tensors: [tensor] });
  context.fidelity.push(vectorFidelity(context, tensor, 'RMS norm'));
  return tensor;
}

/**
 * Writes root-mean-square normalization over the last axis (Zhang and Sennrich, arXiv 1910.07467).
 *
 * @param size length of that axis. Default: the hidden size
 */
export function norm(
  context: GraphContext,
  tensor: string,
  input: string,
  output: string,
  size = context.config.hiddenSize,
): void {
  context.writer.node('SimplifiedLayerNormalization', [input, weight(context, tensor, size)], [output], {
    axis: -1,
    epsilon: { float: context.config.normEpsilon },
    stash_type: 1,
  });
}

/** Writes the normalization of each of `heads` heads, all with the same weights. */
export function headNorm(
  context: GraphContext,
  tensor: string,
  heads: number,
  input: string,
  output: string,
): void {
  const { writer, config } = context;
  const { headSize } = config;
  const width = heads * headSize;
  const whole = writeOnce(context, `heads_shape_${width}`, () =>
    writer.int64Constant(`heads_shape_${width}`, [3], [0, 0, width]),
  );
  writer.node('Reshape', [input, blockShape(context, heads, headSize)], [`${input}.heads`]);
  norm(context, tensor, `${input}.heads`, `${output}.heads`, headSize);
  writer.node('Reshape', [`${output}.heads`, whole], [output]);
}

/** Writes `residual = residual + input` and the normalization of that sum, as one node. */
export function addAndNorm(
  context: GraphContext,
  tensor: string,
  operands: { readonly residual: string; readonly input: string },
  outputs: { readonly residual: string; readonly normed: string },
): void {
  const { hiddenSize, normEpsilon } = context.config;
  context.writer.contribNode(
    'SkipSimplifiedLayerNormalization',
    [operands.residual, operands.input, weight(context, tensor, hiddenSize)],
    [outputs.normed, '', '', outputs.residual],
    { epsilon: { float: normEpsilon } },
  );
}
