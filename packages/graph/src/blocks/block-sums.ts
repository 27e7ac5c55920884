import type { GraphContext } from '../graph-context.ts';

const written = new WeakMap<GraphContext, Set<string>>();

/**
 * Writes, once per input, the sums of `blockSize` neighbouring values: float32 `[1, tokens, blocks]`.
 *
 * A format with a float minimum m per block has w = q*d + m, so x.w = sum over blocks of d*(x.q) + m*sum(x): the
 * second term is a small product with these sums.
 */
export function blockSums(context: GraphContext, input: string, blocks: number, blockSize: number): string {
  const output = `${input}.block_sums`;
  let names = written.get(context);
  if (names === undefined) written.set(context, (names = new Set()));
  if (names.has(output)) return output;
  names.add(output);
  const shape = `block_shape_${blocks}x${blockSize}`;
  if (!names.has(shape)) {
    names.add(shape);
    context.writer.int64Constant(shape, [4], [0, 0, blocks, blockSize]);
  }
  if (!names.has('last_axis')) {
    names.add('last_axis');
    context.writer.int64Constant('last_axis', [1], [-1]);
  }
  context.writer.node('Reshape', [input, shape], [`${input}.blocks`]);
  context.writer.node('ReduceSum', [`${input}.blocks`, 'last_axis'], [output], { keepdims: 0 });
  return output;
}
