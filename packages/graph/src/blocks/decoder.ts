import type { GraphContext } from '../graph-context.ts';
import { attention } from './attention.ts';
import { embedding } from './embedding.ts';
import { feedForward } from './feed-forward.ts';
import { head } from './head.ts';
import { addAndNorm, norm } from './norm.ts';
import { rotaryConstants } from './rotary-constants.ts';
import { scaled } from './scale.ts';

/** In what the decoders of the Llama family differ beyond numbers of their configuration. */
export interface DecoderForm {
  /** Each head of queries and keys is normalized before it is rotated: `attn_q_norm`, `attn_k_norm`. */
  readonly headNorms?: boolean;
  /** The outputs of attention and feed-forward are normalized too: `post_attention_norm`, `post_ffw_norm`. */
  readonly outputNorms?: boolean;
}

/**
 * Writes a decoder: embedding, then in each layer attention and gated feed-forward, each with an RMS norm before it and
 * added to the residual, then a norm and the output projection.
 *
 * Node forms as in microsoft/onnxruntime-genai `builders/base.py`.
 */
export function decoder(context: GraphContext, form: DecoderForm = {}): void {
  const { config } = context;
  rotaryConstants(context);
  embedding(context, 'token_embd.weight', 'embedded');
  let residual = scaled(context, 'embedded', config.embeddingScale);
  norm(context, 'blk.0.attn_norm.weight', residual, 'layer.0.normed');
  for (let index = 0; index < config.layerCount; index++) {
    const block = `blk.${index}`;
    const layer = `layer.${index}`;
    const last = index === config.layerCount - 1;
    attention(context, index, form.headNorms === true, `${layer}.normed`, `${layer}.attended`);
    addAndNorm(
      context,
      `${block}.ffn_norm.weight`,
      { residual, input: addend(context, form, `${block}.post_attention_norm.weight`, `${layer}.attended`) },
      { residual: `${layer}.middle`, normed: `${layer}.middle_normed` },
    );
    feedForward(context, index, `${layer}.middle_normed`, `${layer}.fed`);
    residual = `${layer}.output`;
    addAndNorm(
      context,
      last ? 'output_norm.weight' : `blk.${index + 1}.attn_norm.weight`,
      {
        residual: `${layer}.middle`,
        input: addend(context, form, `${block}.post_ffw_norm.weight`, `${layer}.fed`),
      },
      { residual, normed: last ? 'normed' : `layer.${index + 1}.normed` },
    );
  }
  head(context, 'normed');
}

/** What is added to the residual: the output of a half, normalized and scaled where the model does that. */
function addend(context: GraphContext, form: DecoderForm, tensor: string, output: string): string {
  let value = output;
  if (form.outputNorms) {
    value = `${output}.normed`;
    norm(context, tensor, output, value);
  }
  return scaled(context, value, context.config.residualScale);
}
