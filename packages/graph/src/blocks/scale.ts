import type { GraphContext } from '../graph-context.ts';
import { writeOnce } from './block-sums.ts';

/** Writes `output = input * factor`. */
export function scale(context: GraphContext, input: string, factor: number, output: string): void {
  context.writer.node('Mul', [input, number(context, factor)], [output]);
}

/** Writes, once, a number of the graph's float type. @returns its name */
export function number(context: GraphContext, value: number): string {
  const name = `number_${value}`;
  return writeOnce(context, name, () => context.writer.floatConstant(name, context.profile.floatType, value));
}

/** Writes the same under a name of its own. @returns that name; with a factor of 1, the input's */
export function scaled(context: GraphContext, input: string, factor = 1): string {
  if (factor === 1) return input;
  const output = `${input}.multiplied`;
  scale(context, input, factor, output);
  return output;
}
