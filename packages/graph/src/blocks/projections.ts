import type { GraphContext } from '../graph-context.ts';
import { writeOnce } from './block-sums.ts';
import { canStack, type LinearLayer, linear } from './linear.ts';

/** Names of queries, keys and values `[1, tokens, width]`; or of all three, one after the other. */
export type Projections = readonly [query: string, key: string, value: string] | readonly [stacked: string];

/**
 * Writes the projections to queries, keys and values: one product where the checkpoint has them in one tensor, or where
 * the profile wants that and their types allow it.
 *
 * @param separate splits the product again
 */
export function projections(
  context: GraphContext,
  index: number,
  input: string,
  separate: boolean,
): Projections {
  const { config, profile, tensors, writer } = context;
  const queryWidth = config.headCount * config.headSize;
  const keyValueWidth = config.keyValueHeadCount * config.headSize;
  const widths = [queryWidth, keyValueWidth, keyValueWidth] as const;
  const layer = `layer.${index}`;
  const names = [`${layer}.query`, `${layer}.key`, `${layer}.value`] as const;
  const common = { inputs: config.hiddenSize, role: 'attention-input' } as const;
  const fused = {
    ...common,
    tensors: [{ name: `blk.${index}.attn_qkv.weight`, outputs: queryWidth + 2 * keyValueWidth }],
  };
  const apart: LinearLayer = {
    ...common,
    tensors: (['q', 'k', 'v'] as const).map((letter, at) => ({
      name: `blk.${index}.attn_${letter}.weight`,
      outputs: widths[at]!,
    })),
  };
  const isFused = tensors.has(fused.tensors[0]!.name);
  if (!isFused && !(profile.stackQueryKeyValue && canStack(context, apart))) {
    for (const [at, tensor] of apart.tensors.entries()) {
      linear(context, { ...apart, tensors: [tensor] }, input, names[at]!);
    }
    return names;
  }
  linear(context, isFused ? fused : apart, input, `${layer}.qkv`);
  if (!separate) return [`${layer}.qkv`];
  const sizes = writeOnce(context, 'qkv_widths', () => writer.int64Constant('qkv_widths', [3], widths));
  writer.node('Split', [`${layer}.qkv`, sizes], names, { axis: -1 });
  return names;
}
