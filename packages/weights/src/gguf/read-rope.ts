import type { RopeScaling } from '@llamella/spec';
import type { MetadataReader } from './metadata-reader.ts';

/**
 * Architectures whose attention weights are stored for rotation of neighbouring pairs (2i, 2i+1): ggml's normal
 * RoPE, in `llama_model_rope_type` of llama.cpp's src/llama-model.cpp. All others rotate halves.
 */
const interleaved: ReadonlySet<string> = new Set([
  'llama',
  'llama4',
  'mllama',
  'deci',
  'baichuan',
  'starcoder',
  'internlm2',
  'minicpm',
  'xverse',
  'command-r',
  'cohere2',
  'olmo',
  'arctic',
  'deepseek',
  'deepseek2',
  'chatglm',
  'granite',
  'granitemoe',
  'smollm3',
  'arcee',
  'ernie4_5',
  'mistral3',
]);

export function isRopeInterleaved(architecture: string): boolean {
  return interleaved.has(architecture);
}

/**
 * @param divisors values of the tensor `rope_freqs.weight`, when there is one
 */
export function readRopeScaling(
  keys: MetadataReader,
  architecture: string,
  headSize: number,
  divisors: Float32Array | undefined,
): RopeScaling {
  const linear = readLinearFactor(keys, architecture);
  if (divisors === undefined) return linear === 1 ? { kind: 'none' } : { kind: 'linear', factor: linear };
  if (linear !== 1) {
    throw keys.unsupported(
      'rope_freqs.weight together with a scaling factor',
      'use a model with one of them',
    );
  }
  if (divisors.length !== headSize / 2) {
    throw keys.invalidTensor('rope_freqs.weight', `has ${divisors.length} values for heads of ${headSize}`);
  }
  if (!divisors.every((divisor) => divisor > 0 && Number.isFinite(divisor))) {
    throw keys.invalidTensor('rope_freqs.weight', 'holds a value that is not a positive number');
  }
  return { kind: 'divisors', divisors };
}

function readLinearFactor(keys: MetadataReader, architecture: string): number {
  const prefix = `${architecture}.rope.`;
  const type = keys.string(`${prefix}scaling.type`);
  if (type !== undefined && type !== 'none' && type !== 'linear') {
    throw keys.unsupported(
      `rotary scaling of type ${type}`,
      'use a model with none, linear or rope_freqs.weight',
    );
  }
  if (type === 'none') return 1;
  const factor = keys.positive(`${prefix}scaling.factor`) ?? keys.positive(`${prefix}scale_linear`);
  if (type === 'linear' && factor === undefined) throw keys.invalid(`${prefix}scaling.factor`, 'is missing');
  return factor ?? 1;
}
