import type { GraphContext } from '../graph-context.ts';
import { writeOnce } from './block-sums.ts';

/** Writes `output = input * factor`. */
export function scale(context: GraphContext, input: string, factor: number, output: string): void {
  const name = `number_${factor}`;
  writeOnce(context, name, () => context.writer.float32Constant(name, factor));
  context.writer.node('Mul', [input, name], [output]);
}

/** Writes the same under a name of its own. @returns that name; with a factor of 1, the input's */
export function scaled(context: GraphContext, input: string, factor = 1): string {
  if (factor === 1) return input;
  const output = `${input}.multiplied`;
  scale(context, input, factor, output);
  return output;
}
