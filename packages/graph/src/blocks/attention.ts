import { UnsupportedError } from '@llamella/spec';
import type { GraphContext } from '../graph-context.ts';
import { attentionRotates, type LayerTables, tablesOf, windowOf } from '../layer-attention.ts';
import { rotarySize } from '../rotary-tables.ts';
import { linear } from './linear.ts';
import { headNorm } from './norm.ts';
import { projections } from './projections.ts';

/**
 * Writes grouped-query attention with its projections and its part of the cache.
 *
 * The operator's `local_window_size` counts the token's own position, as `slidingWindow` does.
 *
 * @param headNorms whether each head of queries and keys is normalized before it is rotated
 * @throws {UnsupportedError} when the model has a softcap that the backend's operator would leave out
 */
export function attention(
  context: GraphContext,
  index: number,
  headNorms: boolean,
  input: string,
  output: string,
): void {
  const { config, writer } = context;
  const layer = `layer.${index}`;
  const softcap = config.attentionSoftcap;
  if (softcap !== undefined && !context.profile.attentionSoftcap) {
    throw new UnsupportedError(
      `${context.name}: a softcap of attention scores on ${context.profile.name}`,
      'run this model on the CPU',
    );
  }
  const tables = tablesOf(config, index);
  const inOperator = tables !== undefined && attentionRotates(config);
  const byNode = tables !== undefined && !inOperator;
  let parts = projections(context, index, input, headNorms || byNode);
  if (headNorms) parts = normed(context, index, parts as Separate);
  if (byNode) parts = rotated(context, parts as Separate, tables);
  const [query, key = '', value = ''] = parts;
  const past = [`past_key_values.${index}.key`, `past_key_values.${index}.value`];
  const present = [`present.${index}.key`, `present.${index}.value`];
  const cacheShape = [1, config.keyValueHeadCount, 'capacity', config.headSize];
  for (const name of past) writer.input(name, context.profile.floatType, cacheShape);
  for (const name of present) writer.output(name, context.profile.floatType, cacheShape);
  const scores = context.profile.attentionScores;
  const window = windowOf(config, index, context.contextLength);
  writer.contribNode(
    'GroupQueryAttention',
    [
      ...[query, key, value, ...past, 'seqlens_k', 'total_sequence_length'],
      ...(inOperator ? [tables.cosines, tables.sines] : []),
    ],
    [`${layer}.heads`, ...present, ...(scores ? [`${layer}.scores`] : [])],
    {
      num_heads: config.headCount,
      kv_num_heads: config.keyValueHeadCount,
      scale: { float: config.attentionScale ?? 1 / Math.sqrt(config.headSize) },
      do_rotary: inOperator ? 1 : 0,
      rotary_interleaved: config.ropeInterleaved ? 1 : 0,
      ...(window !== undefined && { local_window_size: window }),
      ...(scores && { qk_output: 1 }),
      ...(softcap !== undefined && { softcap: { float: softcap } }),
    },
  );
  const product = { name: `blk.${index}.attn_output.weight`, outputs: config.hiddenSize };
  const inputs = config.headCount * config.headSize;
  linear(context, { tensors: [product], inputs, role: 'attention-output' }, `${layer}.heads`, output);
}

type Separate = readonly [query: string, key: string, value: string];

function normed(context: GraphContext, index: number, [query, key, value]: Separate): Separate {
  const { headCount, keyValueHeadCount } = context.config;
  headNorm(context, `blk.${index}.attn_q_norm.weight`, headCount, query, `${query}.normed`);
  headNorm(context, `blk.${index}.attn_k_norm.weight`, keyValueHeadCount, key, `${key}.normed`);
  return [`${query}.normed`, `${key}.normed`, value];
}

function rotated(
  { config, writer }: GraphContext,
  [query, key, value]: Separate,
  { cosines, sines }: LayerTables,
): Separate {
  const heads = [config.headCount, config.keyValueHeadCount];
  for (const [at, name] of [query, key].entries()) {
    writer.contribNode('RotaryEmbedding', [name, 'position', cosines, sines], [`${name}.rotated`], {
      interleaved: config.ropeInterleaved ? 1 : 0,
      num_heads: heads[at]!,
      rotary_embedding_dim: rotarySize(config),
    });
  }
  return [`${query}.rotated`, `${key}.rotated`, value];
}
