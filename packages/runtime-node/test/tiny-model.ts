import { createRandom } from '@llamella/conformance';
import type { Checkpoint, GraphPlan, ModelConfig, TensorInfo, TensorType } from '@llamella/spec';
import { blockSize, decodeTensor, encodeTensor, packInitializer, type TensorLayout } from '@llamella/weights';

/** A Llama with random weights that lives in memory. */
export interface TinyModel {
  readonly checkpoint: Checkpoint;
  readonly config: ModelConfig;
  /** The values that a tensor's stored bytes stand for, float32, outermost dimension first. */
  values(name: string): Float32Array;
}

export interface TinyModelOptions extends Partial<ModelConfig> {
  /** How matrices are stored, or one by its name. Default `F32`. */
  readonly type?: TensorType | ((name: string) => TensorType);
  /** Scales, zero points and order of the columns of a matrix. Default: none. */
  readonly layout?: (shape: readonly number[]) => TensorLayout;
  readonly seed?: number;
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

/** Weights are scaled so that every layer changes the hidden state visibly and logits stay within about ±10. */
export function createTinyModel({
  type = 'F32',
  layout,
  seed = 1,
  ...changes
}: TinyModelOptions = {}): TinyModel {
  const config: ModelConfig = { ...defaults, ...changes };
  const random = createRandom(seed);
  const tensors = new Map<string, TensorInfo>();
  const stored = new Map<string, Uint8Array>();
  const add = (name: string, storedAs: TensorType, shape: readonly number[], value: () => number) => {
    const elements = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: elements }, value);
    const described = shape.length === 2 ? layout?.(shape) : undefined;
    const bytes = /^(IQ[123]|Q[12]_0)/.test(storedAs)
      ? arbitraryBlocks(storedAs, values, random.next)
      : encodeTensor(storedAs, values, shape, described);
    tensors.set(name, { name, type: storedAs, shape, byteLength: bytes.byteLength, ...described });
    stored.set(name, bytes);
  };
  const matrix = (name: string, outputs: number, inputs: number, gain: number) =>
    add(
      name,
      typeof type === 'string' ? type : type(name),
      [outputs, inputs],
      () => (2 * random.next() - 1) * gain * Math.sqrt(3 / inputs),
    );
  const vector = (name: string) => add(name, 'F32', [config.hiddenSize], () => 0.5 + random.next());
  const { hiddenSize, intermediateSize, vocabularySize, headSize } = config;
  const queryWidth = config.headCount * headSize;
  const keyValueWidth = config.keyValueHeadCount * headSize;
  matrix('token_embd.weight', vocabularySize, hiddenSize, 2);
  for (let layer = 0; layer < config.layerCount; layer++) {
    const prefix = `blk.${layer}`;
    vector(`${prefix}.attn_norm.weight`);
    matrix(`${prefix}.attn_q.weight`, queryWidth, hiddenSize, 1.5);
    matrix(`${prefix}.attn_k.weight`, keyValueWidth, hiddenSize, 1.5);
    matrix(`${prefix}.attn_v.weight`, keyValueWidth, hiddenSize, 1);
    matrix(`${prefix}.attn_output.weight`, hiddenSize, queryWidth, 1);
    vector(`${prefix}.ffn_norm.weight`);
    matrix(`${prefix}.ffn_gate.weight`, intermediateSize, hiddenSize, 1);
    matrix(`${prefix}.ffn_up.weight`, intermediateSize, hiddenSize, 1);
    matrix(`${prefix}.ffn_down.weight`, hiddenSize, intermediateSize, 1);
  }
  vector('output_norm.weight');
  if (!config.tiedEmbeddings) matrix('output.weight', vocabularySize, hiddenSize, 1);
  return {
    config,
    checkpoint: {
      name: 'tiny.gguf',
      format: 'gguf',
      config,
      tensors,
      readTensor: async (name) => stored.get(name)!.slice(),
      async [Symbol.asyncDispose]() {},
    },
    values(name) {
      const tensor = tensors.get(name)!;
      return decodeTensor(tensor.type, stored.get(name)!, tensor.shape, tensor);
    },
  };
}

/** Blocks of a type that cannot be encoded: arbitrary bits, scaled to the root mean square of the values. */
function arbitraryBlocks(type: TensorType, values: Float32Array, next: () => number): Uint8Array {
  const block = blockSize(type);
  const bytes = new Uint8Array((values.length / block.elements) * block.bytes).map(() => 256 * next());
  const square = (numbers: Float32Array) => numbers.reduce((sum, value) => sum + value * value, 0);
  const setUnits = (unit: number) => {
    const [low, high] = encodeTensor('F16', Float32Array.of(unit), [1]) as unknown as [number, number];
    for (let at = 0; at < bytes.length; at += block.bytes) {
      if (type !== 'IQ1_M') bytes.set([low, high], at);
      else {
        const nibbles = [low & 15, low >> 4, high & 15, high >> 4];
        for (const [index, nibble] of nibbles.entries()) {
          const place = at + 49 + 2 * index;
          bytes[place] = (bytes[place]! & 15) | (nibble << 4);
        }
      }
    }
  };
  setUnits(1);
  setUnits(Math.sqrt(square(values) / square(decodeTensor(type, bytes, [values.length]))));
  return bytes;
}

/** The external data of a plan. */
export async function packPlan(plan: GraphPlan, checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  const weights = new Uint8Array(plan.externalByteLength);
  for (const [index, { source, byteLength }] of plan.initializers.entries()) {
    const target = weights.subarray(plan.offsets[index]!, plan.offsets[index]! + byteLength);
    if ('data' in source) target.set(source.data);
    else await packInitializer(source.recipe, checkpoint, target);
  }
  return weights;
}
