import type { Checkpoint, ModelConfig, TensorInfo, TensorType } from '@llamella/spec';

export type CheckpointHead = Pick<Checkpoint, 'name' | 'config' | 'tensors'>;

export interface CheckpointOptions extends Partial<ModelConfig> {
  /** Type of the matrices, or of one by its name. Default `F32`. */
  readonly type?: TensorType | ((name: string) => TensorType);
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

/** Configuration and tensor table of a Llama, without weights. */
export function describeCheckpoint({ type = 'F32', ...changes }: CheckpointOptions = {}): CheckpointHead {
  const config: ModelConfig = { ...defaults, ...changes };
  const { hiddenSize, intermediateSize, vocabularySize, headCount, keyValueHeadCount, headSize } = config;
  const typeOf = (name: string) => (typeof type === 'string' ? type : type(name));
  const tensors = new Map<string, TensorInfo>();
  const add = (name: string, stored: TensorType, shape: readonly number[]) =>
    // The graph does not look at sizes in bytes.
    tensors.set(name, { name, type: stored, shape, byteLength: 0 });
  const matrix = (name: string, shape: readonly number[]) => add(name, typeOf(name), shape);
  matrix('token_embd.weight', [vocabularySize, hiddenSize]);
  for (let layer = 0; layer < config.layerCount; layer++) {
    const prefix = `blk.${layer}`;
    add(`${prefix}.attn_norm.weight`, 'F32', [hiddenSize]);
    matrix(`${prefix}.attn_q.weight`, [headCount * headSize, hiddenSize]);
    matrix(`${prefix}.attn_k.weight`, [keyValueHeadCount * headSize, hiddenSize]);
    matrix(`${prefix}.attn_v.weight`, [keyValueHeadCount * headSize, hiddenSize]);
    matrix(`${prefix}.attn_output.weight`, [hiddenSize, headCount * headSize]);
    add(`${prefix}.ffn_norm.weight`, 'F32', [hiddenSize]);
    matrix(`${prefix}.ffn_gate.weight`, [intermediateSize, hiddenSize]);
    matrix(`${prefix}.ffn_up.weight`, [intermediateSize, hiddenSize]);
    matrix(`${prefix}.ffn_down.weight`, [hiddenSize, intermediateSize]);
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
