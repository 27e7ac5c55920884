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

/** Tensors that hold a divisor for each rotary frequency. */
export const ropeTensors = [
  'rope_freqs.weight',
  'rope_factors_short.weight',
  'rope_factors_long.weight',
] as const;

/** Their values, of those that a file has. */
export type RopeDivisors = ReadonlyMap<string, Float32Array>;

/** What the scaling of rotary frequencies is read from. */
export interface RopeSource {
  readonly keys: MetadataReader;
  readonly architecture: string;
  readonly contextLength: number;
  /** Dimensions of a head that are rotated. */
  readonly rotarySize: number;
  readonly divisors: RopeDivisors;
}

/** Scaling as llama.cpp reads it: by `rope.scaling.type`, and by the tensors that are there. */
export function readRopeScaling(source: RopeSource): RopeScaling {
  const { keys, architecture } = source;
  const key = `${architecture}.rope.scaling.type`;
  const type = keys.string(key);
  const [frequencies, short, long] = ropeTensors.map((name) => readDivisors(source, name));
  if (short !== undefined || long !== undefined) return readLongRope(source, short, long);
  if (type === 'longrope') {
    throw keys.invalid(key, `is longrope, but there is no tensor ${ropeTensors[1]} or ${ropeTensors[2]}`);
  }
  if (type !== undefined && !['none', 'linear', 'yarn'].includes(type)) {
    throw keys.unsupported(
      `rotary scaling of type ${type}`,
      'use a model with none, linear, yarn or longrope',
    );
  }
  const factor = type === 'none' ? 1 : readFactor(source, type);
  if (frequencies !== undefined) {
    if (factor !== 1) throw bothScalings(source, ropeTensors[0]);
    return { kind: 'divisors', divisors: frequencies };
  }
  if (type === 'yarn') return readYarn(source, factor);
  return factor === 1 ? { kind: 'none' } : { kind: 'linear', factor };
}

function bothScalings({ keys }: RopeSource, tensor: string) {
  return keys.unsupported(`${tensor} together with a scaling factor`, 'use a model with one of them');
}

function readFactor({ keys, architecture }: RopeSource, type: string | undefined): number {
  const prefix = `${architecture}.rope.`;
  const factor = keys.positive(`${prefix}scaling.factor`) ?? keys.positive(`${prefix}scale_linear`);
  if (type !== undefined && factor === undefined) throw keys.invalid(`${prefix}scaling.factor`, 'is missing');
  return factor ?? 1;
}

function originalContext({ keys, architecture, contextLength }: RopeSource): number {
  return keys.count(`${architecture}.rope.scaling.original_context_length`) ?? contextLength;
}

/**
 * llama.cpp reads the further keys for some architectures only, and its conversion writes them for all: here they count.
 */
function readYarn(source: RopeSource, factor: number): RopeScaling {
  const { keys, architecture } = source;
  const key = (name: string) => `${architecture}.rope.scaling.${name}`;
  const extrapolation = keys.number(key('yarn_ext_factor')) ?? 1;
  // llama.cpp takes a negative one as not set.
  if (extrapolation >= 0 && extrapolation !== 1) {
    throw keys.unsupported(`${key('yarn_ext_factor')} of ${extrapolation}`, 'use a model with 1');
  }
  const betaFast = keys.positive(key('yarn_beta_fast'));
  const betaSlow = keys.positive(key('yarn_beta_slow'));
  return {
    kind: 'yarn',
    factor,
    originalContextLength: originalContext(source),
    attentionFactor: keys.positive(key('yarn_attn_factor')) ?? yarnAttention(source, factor),
    ...(betaFast !== undefined && { betaFast }),
    ...(betaSlow !== undefined && { betaSlow }),
  };
}

/** `yarn_log_multiplier` is `mscale_all_dim` of configurations whose `mscale` is 1. */
function yarnAttention({ keys, architecture }: RopeSource, factor: number): number {
  const prefix = `${architecture}.rope.scaling.`;
  const logarithm = 0.1 * Math.log(Math.max(factor, 1));
  const multiplier = keys.positiveUnlessZero(`${prefix}yarn_log_multiplier`);
  const attention = (logarithm + 1) / (multiplier === undefined ? 1 : multiplier * logarithm + 1);
  return attention * (keys.positive(`${prefix}attn_factor`) ?? 1);
}

function readLongRope(
  source: RopeSource,
  shortDivisors: Float32Array | undefined,
  longDivisors: Float32Array | undefined,
): RopeScaling {
  const { keys, architecture } = source;
  if (shortDivisors === undefined || longDivisors === undefined) {
    throw keys.invalidTensor(ropeTensors[shortDivisors === undefined ? 1 : 2], 'is missing');
  }
  if (readFactor(source, undefined) !== 1) throw bothScalings(source, ropeTensors[1]);
  const attentionFactor = keys.positive(`${architecture}.rope.scaling.attn_factor`) ?? 1;
  const originalContextLength = originalContext(source);
  return { kind: 'longrope', shortDivisors, longDivisors, originalContextLength, attentionFactor };
}

function readDivisors({ keys, divisors, rotarySize }: RopeSource, name: string): Float32Array | undefined {
  const values = divisors.get(name);
  if (values === undefined) return undefined;
  if (values.length !== rotarySize / 2) {
    throw keys.invalidTensor(name, `has ${values.length} values for heads of ${rotarySize}`);
  }
  if (!values.every((divisor) => divisor > 0 && Number.isFinite(divisor))) {
    throw keys.invalidTensor(name, 'holds a value that is not a positive number');
  }
  return values;
}
