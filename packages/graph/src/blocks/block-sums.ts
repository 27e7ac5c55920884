import type { GraphContext } from '../graph-context.ts';
import { GGML_BLOCK_SIZE } from '../linear-form.ts';

/**
 * Writes, once per input and block size, the sums of `blockSize` neighbouring values: float32 `[1, tokens, blocks]`.
 *
 * A format with a float minimum m per block has w = q*d + m, so x.w = sum over blocks of d*(x.q) + m*sum(x): the
 * second term is a small product with these sums.
 *
 * @returns the name of the sums
 */
export function blockSums(context: GraphContext, input: string, blocks: number, blockSize: number): string {
  const { writer } = context;
  const once = (name: string, write: () => void) => writeOnce(context, name, write);
  return once(`${input}.sums_of_${blockSize}`, () => {
    const shape = once(`block_shape_${blocks}x${blockSize}`, () =>
      writer.int64Constant(`block_shape_${blocks}x${blockSize}`, [4], [0, 0, blocks, blockSize]),
    );
    const lastAxis = once('last_axis', () => writer.int64Constant('last_axis', [1], [-1]));
    const grouped = `${input}.blocks_of_${blockSize}`;
    writer.node('Reshape', [input, shape], [grouped]);
    writer.node('ReduceSum', [grouped, lastAxis], [`${input}.sums_of_${blockSize}`], { keepdims: 0 });
  });
}

/**
 * Writes, once per input, what the `folded` grid multiplies: the input, the sums of its blocks, and those sums divided
 * by 16, for the second digits. float32 `[1, tokens, inputs + 2 * blocks]`.
 */
export function withBlockSums(context: GraphContext, input: string, blocks: number): string {
  const { writer } = context;
  const output = `${input}.with_sums`;
  return writeOnce(context, output, () => {
    const sums = blockSums(context, input, blocks, GGML_BLOCK_SIZE);
    const sixteenth = writeOnce(context, 'sixteenth', () => writer.float32Constant('sixteenth', 1 / 16));
    writer.node('Mul', [sums, sixteenth], [`${sums}.sixteenth`]);
    writer.node('Concat', [input, sums, `${sums}.sixteenth`], [output], { axis: -1 });
  });
}

function writeOnce({ shared }: GraphContext, name: string, write: () => void): string {
  if (!shared.has(name)) write();
  shared.add(name);
  return name;
}
