import type { GraphContext } from '../graph-context.ts';

/**
 * Writes, once per input and block size, the sums of `blockSize` neighbouring values: `[1, tokens, blocks]`.
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
    const shape = blockShape(context, blocks, blockSize);
    const lastAxis = once('last_axis', () => writer.int64Constant('last_axis', [1], [-1]));
    const grouped = `${input}.blocks_of_${blockSize}`;
    writer.node('Reshape', [input, shape], [grouped]);
    writer.node('ReduceSum', [grouped, lastAxis], [`${input}.sums_of_${blockSize}`], { keepdims: 0 });
  });
}

/**
 * Writes, once per input and kind of block, what the `folded` grid multiplies: the input, the sums of its blocks, and,
 * where remainders have a second digit, those sums divided by 16.
 *
 * @returns the name of it: `[1, tokens, inputs + digits * blocks]`
 */
export function withBlockSums(
  context: GraphContext,
  input: string,
  blocks: number,
  blockSize: number,
  digits: 1 | 2,
): string {
  const { writer } = context;
  const sums = blockSums(context, input, blocks, blockSize);
  const output = `${sums}.appended_${digits}`;
  return writeOnce(context, output, () => {
    const parts = [input, sums];
    if (digits === 2) {
      const sixteenth = writeOnce(context, 'sixteenth', () =>
        writer.floatConstant('sixteenth', context.profile.floatType, 1 / 16),
      );
      writer.node('Mul', [sums, sixteenth], [`${sums}.sixteenth`]);
      parts.push(`${sums}.sixteenth`);
    }
    writer.node('Concat', parts, [output], { axis: -1 });
  });
}

/** Writes, once, the shape `[1, tokens, blocks, blockSize]` for `Reshape`. @returns its name */
export function blockShape(context: GraphContext, blocks: number, blockSize: number): string {
  const name = `block_shape_${blocks}x${blockSize}`;
  return writeOnce(context, name, () => {
    context.writer.int64Constant(name, [4], [0, 0, blocks, blockSize]);
  });
}

/** Writes something that several nodes read, unless it is written already. @returns `name` */
export function writeOnce({ shared }: GraphContext, name: string, write: () => void): string {
  if (!shared.has(name)) write();
  shared.add(name);
  return name;
}
