import type { Checkpoint, ModelConfig, TensorInfo, TensorType } from '@llamella/spec';

export type CheckpointHead = Pick<Checkpoint, 'name' | 'config' | 'tensors'>;

export interface CheckpointOptions extends Partial<ModelConfig> {
  /** Type of the matrices, or of one by its name. Default `F32`. */
  readonly type?: TensorType | ((name: string) => TensorType);
  /** Scales, zero points and order of the columns of a matrix. Default: none. */
  readonly layout?: (name: string, shape: readonly number[]) => Partial<TensorInfo>;
  /** Layers that have a scale for each input, such as `attn_output`. */
  readonly inputScales?: readonly string[];
  /** Layers that have a bias, such as `attn_q`. */
  readonly biases?: readonly string[];
  /** Norms of heads. */
  readonly headNorms?: boolean;
  /** Norms after attention and feed-forward. */
  readonly outputNorms?: boolean;
  /** One tensor for queries, keys and values, and one for gate and up. */
  readonly fused?: boolean;
}

const defaults: ModelConfig = {
  architecture: 'llama',
  name: 'tiny',
  contextLength: 128,
  vocabularySize: 96,
  hiddenSize: 64,
  intermediateSize: 96,
  layerCount: 2,
  headCount: 4,
  keyValueHeadCount: 2,
  headSize: 16,
  normEpsilon: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { kind: 'none' },
  ropeInterleaved: true,
  tiedEmbeddings: true,
};

/** Configuration and tensor table of a model, by default a Llama, without weights. */
export function describeCheckpoint(options: CheckpointOptions = {}): CheckpointHead {
  const {
    type = 'F32',
    layout,
    inputScales = [],
    biases = [],
    headNorms,
    outputNorms,
    fused,
    ...changes
  } = options;
  const config: ModelConfig = { ...defaults, ...changes };
  const { hiddenSize, intermediateSize, vocabularySize, headCount, keyValueHeadCount, headSize } = config;
  const queryWidth = headCount * headSize;
  const keyValueWidth = keyValueHeadCount * headSize;
  const typeOf = (name: string) => (typeof type === 'string' ? type : type(name));
  const tensors = new Map<string, TensorInfo>();
  const add = (name: string, stored: TensorType, shape: readonly number[]) =>
    // The graph does not look at sizes in bytes.
    tensors.set(name, { name, type: stored, shape, byteLength: 0 });
  const matrix = (name: string, shape: readonly number[]) =>
    tensors.set(name, { name, type: typeOf(name), shape, byteLength: 0, ...layout?.(name, shape) });
  matrix('token_embd.weight', [vocabularySize, hiddenSize]);
  for (let index = 0; index < config.layerCount; index++) {
    const norm = (name: string, size = hiddenSize) => add(`blk.${index}.${name}.weight`, 'F32', [size]);
    const layer = (name: string, outputs: number, inputs: number) => {
      matrix(`blk.${index}.${name}.weight`, [outputs, inputs]);
      if (biases.includes(name)) add(`blk.${index}.${name}.bias`, 'F32', [outputs]);
      if (inputScales.includes(name)) add(`blk.${index}.${name}.pre_quant_scale`, 'F32', [inputs]);
    };
    norm('attn_norm');
    if (fused) layer('attn_qkv', queryWidth + 2 * keyValueWidth, hiddenSize);
    else {
      layer('attn_q', queryWidth, hiddenSize);
      layer('attn_k', keyValueWidth, hiddenSize);
      layer('attn_v', keyValueWidth, hiddenSize);
    }
    if (headNorms) for (const letter of ['q', 'k']) norm(`attn_${letter}_norm`, headSize);
    layer('attn_output', hiddenSize, queryWidth);
    norm('ffn_norm');
    if (!fused) layer('ffn_gate', intermediateSize, hiddenSize);
    layer('ffn_up', fused ? 2 * intermediateSize : intermediateSize, hiddenSize);
    layer('ffn_down', hiddenSize, intermediateSize);
    if (outputNorms) for (const name of ['post_attention_norm', 'post_ffw_norm']) norm(name);
  }
  add('output_norm.weight', 'F32', [hiddenSize]);
  if (!config.tiedEmbeddings) matrix('output.weight', [vocabularySize, hiddenSize]);
  return { name: 'tiny.gguf', config, tensors };
}

/** The same with one tensor changed, added, or left out. */
export function withTensor(
  checkpoint: CheckpointHead,
  name: string,
  change: Partial<TensorInfo> | undefined,
): CheckpointHead {
  const tensors = new Map(checkpoint.tensors);
  const known = tensors.get(name) ?? { name, type: 'F32', shape: [64], byteLength: 0 };
  if (change === undefined) tensors.delete(name);
  else tensors.set(name, { ...known, ...change });
  return { ...checkpoint, tensors };
}
