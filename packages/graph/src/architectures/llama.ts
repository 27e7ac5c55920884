import { embedding } from '../blocks/embedding.ts';
import { canStack, type LinearLayer, linear } from '../blocks/linear.ts';
import { addAndNorm, norm } from '../blocks/norm.ts';
import type { GraphContext } from '../graph-context.ts';
import { attentionRotates } from '../rotary-tables.ts';

/**
 * Writes the decoder of Llama 1, 2 and 3.x and of models of the same shape, such as SmolLM2: grouped-query
 * attention with rotary positions, RMS norm before each half, SwiGLU feed-forward.
 *
 * Source: huggingface/transformers `models/llama/modeling_llama.py`; node forms as in microsoft/onnxruntime-genai
 * `builders/base.py`.
 */
export function writeLlama(context: GraphContext): void {
  const { config, writer } = context;
  embedding(context, 'token_embd.weight', 'embedded');
  norm(context, 'blk.0.attn_norm.weight', 'embedded', 'layer.0.normed');
  let residual = 'embedded';
  for (let index = 0; index < config.layerCount; index++) {
    const layer = `layer.${index}`;
    attention(context, index, `${layer}.normed`, `${layer}.attended`);
    addAndNorm(
      context,
      `blk.${index}.ffn_norm.weight`,
      { residual, input: `${layer}.attended` },
      { residual: `${layer}.middle`, normed: `${layer}.middle_normed` },
    );
    feedForward(context, index, `${layer}.middle_normed`, `${layer}.fed`);
    const last = index === config.layerCount - 1;
    residual = `${layer}.output`;
    addAndNorm(
      context,
      last ? 'output_norm.weight' : `blk.${index + 1}.attn_norm.weight`,
      { residual: `${layer}.middle`, input: `${layer}.fed` },
      { residual, normed: last ? 'normed' : `layer.${index + 1}.normed` },
    );
  }
  writer.node('Gather', ['normed', 'logit_rows'], ['selected'], { axis: 1 });
  const head = config.tiedEmbeddings ? 'token_embd.weight' : 'output.weight';
  linear(
    context,
    { tensors: [{ name: head, outputs: config.vocabularySize }], inputs: config.hiddenSize, role: 'head' },
    'selected',
    'logits',
  );
}

function attention(context: GraphContext, index: number, input: string, output: string): void {
  const { config, writer } = context;
  const prefix = `blk.${index}`;
  const layer = `layer.${index}`;
  const interleaved = config.ropeInterleaved ? 1 : 0;
  const queryWidth = config.headCount * config.headSize;
  const keyValueWidth = config.keyValueHeadCount * config.headSize;
  const query = { name: `${prefix}.attn_q.weight`, outputs: queryWidth };
  const key = { name: `${prefix}.attn_k.weight`, outputs: keyValueWidth };
  const value = { name: `${prefix}.attn_v.weight`, outputs: keyValueWidth };
  const stacked: LinearLayer = {
    tensors: [query, key, value],
    inputs: config.hiddenSize,
    role: 'attention-input',
  };
  const rotaryInAttention = attentionRotates(config);
  let projections: string[];
  if (rotaryInAttention && context.profile.stackQueryKeyValue && canStack(context, stacked)) {
    linear(context, stacked, input, `${layer}.qkv`);
    projections = [`${layer}.qkv`, '', ''];
  } else {
    projections = [`${layer}.query`, `${layer}.key`, `${layer}.value`];
    for (const [position, tensor] of stacked.tensors.entries()) {
      linear(context, { ...stacked, tensors: [tensor] }, input, projections[position]!);
    }
  }
  if (!rotaryInAttention) {
    for (const position of [0, 1]) {
      const rotated = `${projections[position]!}.rotated`;
      const operands = [projections[position]!, 'position', 'cosines', 'sines'];
      writer.contribNode('RotaryEmbedding', operands, [rotated], { interleaved });
      projections[position] = rotated;
    }
  }
  const past = [`past_key_values.${index}.key`, `past_key_values.${index}.value`];
  const present = [`present.${index}.key`, `present.${index}.value`];
  const cacheShape = [1, config.keyValueHeadCount, 'capacity', config.headSize];
  for (const name of past) writer.input(name, 'float32', cacheShape);
  for (const name of present) writer.output(name, 'float32', cacheShape);
  writer.contribNode(
    'GroupQueryAttention',
    [
      ...projections,
      ...past,
      'seqlens_k',
      'total_sequence_length',
      ...(rotaryInAttention ? ['cosines', 'sines'] : []),
    ],
    [`${layer}.heads`, ...present],
    {
      num_heads: config.headCount,
      kv_num_heads: config.keyValueHeadCount,
      scale: { float: 1 / Math.sqrt(config.headSize) },
      do_rotary: rotaryInAttention ? 1 : 0,
      rotary_interleaved: interleaved,
    },
  );
  linear(
    context,
    {
      tensors: [{ name: `${prefix}.attn_output.weight`, outputs: config.hiddenSize }],
      inputs: queryWidth,
      role: 'attention-output',
    },
    `${layer}.heads`,
    output,
  );
}

function feedForward(context: GraphContext, index: number, input: string, output: string): void {
  const { config, writer, profile } = context;
  const prefix = `blk.${index}`;
  const layer = `layer.${index}`;
  const gate = { name: `${prefix}.ffn_gate.weight`, outputs: config.intermediateSize };
  const up = { name: `${prefix}.ffn_up.weight`, outputs: config.intermediateSize };
  const stacked: LinearLayer = { tensors: [gate, up], inputs: config.hiddenSize, role: 'gate-up' };
  if (profile.stackGateUp && canStack(context, stacked)) {
    linear(context, stacked, input, `${layer}.gate_up`);
    writer.node('Split', [`${layer}.gate_up`], [`${layer}.gate`, `${layer}.up`], {
      axis: -1,
      num_outputs: 2,
    });
  } else {
    linear(context, { ...stacked, tensors: [gate] }, input, `${layer}.gate`);
    linear(context, { ...stacked, tensors: [up] }, input, `${layer}.up`);
  }
  if (profile.silu === 'quick-gelu') {
    writer.contribNode('QuickGelu', [`${layer}.gate`], [`${layer}.gated`], { alpha: { float: 1 } });
  } else {
    writer.node('Sigmoid', [`${layer}.gate`], [`${layer}.sigmoid`]);
    writer.node('Mul', [`${layer}.gate`, `${layer}.sigmoid`], [`${layer}.gated`]);
  }
  writer.node('Mul', [`${layer}.gated`, `${layer}.up`], [`${layer}.hidden`]);
  const down = { name: `${prefix}.ffn_down.weight`, outputs: config.hiddenSize };
  linear(
    context,
    { tensors: [down], inputs: config.intermediateSize, role: 'down' },
    `${layer}.hidden`,
    output,
  );
}
