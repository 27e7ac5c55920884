/** Names of a block's tensors without `.weight` and `.bias`: transformers' on the left, GGUF's on the right. */
const linear = {
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.qkv_proj': 'attn_qkv',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.gate_up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const norms = {
  input_layernorm: 'attn_norm',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
};
/** Gemma 2 and 3 have norms before and after each half of a block. */
const gemmaNorms = {
  ...norms,
  post_attention_layernorm: 'post_attention_norm',
  pre_feedforward_layernorm: 'ffn_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};
const outside = { embed_tokens: 'token_embd', norm: 'output_norm' };

const prefix = /^(?:model\.language_model\.|language_model\.model\.|model\.)/;
const head = /^(?:language_model\.)?lm_head$/;
const layer = /^layers\.(0|[1-9]\d{0,5})\.(.+)$/;

/**
 * Whether norms are stored without the 1 that is added to them: a checkpoint's `*norm.weight`, which has it, is written
 * as its values minus 1.
 *
 * @param architecture as in `ModelConfig.architecture`
 */
export function hasShiftedNorms(architecture: string): boolean {
  return architecture.startsWith('gemma');
}

const linearNames: ReadonlyMap<string, string> = new Map(Object.entries(linear));
const otherNames = (architecture: string): ReadonlyMap<string, string> =>
  new Map(Object.entries(hasShiftedNorms(architecture) ? gemmaNorms : norms));
const outsideNames: ReadonlyMap<string, string> = new Map(Object.entries(outside));

/** What a module of transformers is in a checkpoint. */
export interface CanonicalModule {
  /** GGUF's name without `.weight`, such as `blk.0.attn_q`. */
  readonly name: string;
  /** Whether it is a matrix that quantization methods take. */
  readonly isLinear: boolean;
}

/**
 * The canonical name of a module, the part of a tensor's name before `.weight`.
 *
 * @param module such as `model.layers.0.self_attn.q_proj`, also below `language_model`
 * @returns `undefined` for one that no architecture has
 */
export function canonicalModule(module: string, architecture: string): CanonicalModule | undefined {
  if (head.test(module)) return { name: 'output', isLinear: true };
  const rest = module.replace(prefix, '');
  const single = outsideNames.get(rest);
  if (single !== undefined) return { name: single, isLinear: false };
  const [, index, inside] = layer.exec(rest) ?? [];
  if (inside === undefined) return undefined;
  const matrix = linearNames.get(inside);
  const name = matrix ?? otherNames(architecture).get(inside);
  return name === undefined ? undefined : { name: `blk.${index}.${name}`, isLinear: matrix !== undefined };
}

/**
 * The name that transformers gives to a tensor, for writing: the reverse of what `openSafetensors` does.
 *
 * @param name canonical, such as `blk.0.attn_q.weight`
 * @param architecture as in `ModelConfig.architecture`
 * @returns such as `model.layers.0.self_attn.q_proj.weight`; `undefined` for a tensor that it has no name for
 */
export function transformersName(name: string, architecture: string): string | undefined {
  const dot = name.lastIndexOf('.');
  const module = name.slice(0, dot);
  const suffix = name.slice(dot);
  if (suffix !== '.weight' && suffix !== '.bias') return undefined;
  if (module === 'output') return `lm_head${suffix}`;
  const [, index, inside] = /^blk\.(\d+)\.(.+)$/.exec(module) ?? [];
  const named = (table: ReadonlyMap<string, string>, wanted: string) =>
    [...table].find(
      ([theirs, ours]) => ours === wanted && (theirs !== 'mlp.up_proj' || architecture !== 'phi3'),
    )?.[0];
  if (inside === undefined) {
    const single = named(outsideNames, module);
    return single && `model.${single}${suffix}`;
  }
  const found = named(linearNames, inside) ?? named(otherNames(architecture), inside);
  return found && `model.layers.${index}.${found}${suffix}`;
}
