import type { ModelConfig, RopeScaling } from '@llamella/spec';
import type { ConfigReader } from './config-reader.ts';

type Rope = Pick<ModelConfig, 'ropeTheta' | 'ropeScaling' | 'rotarySize' | 'slidingRopeTheta'>;

/** Keys that transformers reads or that are known to mean nothing; any other may change the rotation. */
const known: ReadonlySet<string> = new Set([
  'rope_type',
  'type',
  'rope_theta',
  'partial_rotary_factor',
  'factor',
  'original_max_position_embeddings',
  'attention_factor',
  'beta_fast',
  'beta_slow',
  'mscale',
  'mscale_all_dim',
  'truncate',
  'short_factor',
  'long_factor',
  'low_freq_factor',
  'high_freq_factor',
  'finetuned',
]);

/**
 * Rotary positions, in transformers 5's spelling (`rope_parameters`) or the one before (`rope_theta`, `rope_scaling`),
 * with the formulas of its modeling_rope_utils.py.
 */
export function readRope(
  config: ConfigReader,
  architecture: string,
  headSize: number,
  contextLength: number,
): Rope {
  const scaling = config.object('rope_scaling');
  const parameters = config.object('rope_parameters');
  const isNested = parameters?.has('full_attention') || parameters?.has('sliding_attention');
  if (!config.has('rope_local_base_freq')) {
    if (isNested) throw config.unsupported('rope_parameters');
    return readOne(config, scaling ?? parameters, architecture, headSize, contextLength);
  }
  // Gemma 3: one set of parameters per kind of layer.
  if (parameters !== undefined && !isNested) throw config.unsupported('rope_parameters');
  const full = scaling ?? parameters?.object('full_attention');
  const sliding = parameters?.object('sliding_attention');
  if (sliding !== undefined && readType(sliding) !== 'default') throw sliding.unsupported('rope_type');
  return {
    ...readOne(config, full, architecture, headSize, contextLength),
    slidingRopeTheta: sliding?.positive('rope_theta') ?? config.requiredPositive('rope_local_base_freq'),
  };
}

function readType(rope: ConfigReader): string {
  const type = rope.text('rope_type') ?? rope.text('type') ?? 'default';
  const unknown = rope.keys.find((key) => !known.has(key) && rope.has(key));
  if (unknown !== undefined) throw rope.unsupported(unknown);
  return type;
}

function readOne(
  config: ConfigReader,
  rope: ConfigReader | undefined,
  architecture: string,
  headSize: number,
  contextLength: number,
): Rope {
  const ropeTheta = rope?.positive('rope_theta') ?? config.requiredPositive('rope_theta');
  const place = rope?.has('partial_rotary_factor') ? rope : config;
  const part = place.positive('partial_rotary_factor') ?? 1;
  const rotarySize = Math.trunc(headSize * part);
  // The other architectures of transformers rotate whole heads and ignore this, or fail.
  if (part > 1 || rotarySize % 2 !== 0 || rotarySize === 0 || (part !== 1 && architecture !== 'phi3')) {
    throw place.unsupported('partial_rotary_factor');
  }
  const ropeScaling =
    rope === undefined
      ? ({ kind: 'none' } as const)
      : readScaling(config, rope, architecture, rotarySize, contextLength);
  return { ropeTheta, ropeScaling, ...(rotarySize === headSize ? {} : { rotarySize }) };
}

function readScaling(
  config: ConfigReader,
  rope: ConfigReader,
  architecture: string,
  rotarySize: number,
  contextLength: number,
): RopeScaling {
  const stated = readType(rope);
  // Phi-3's first names for LongRoPE.
  const type = architecture === 'phi3' && (stated === 'su' || stated === 'yarn') ? 'longrope' : stated;
  const originalContextLength =
    config.count('original_max_position_embeddings') ??
    rope.count('original_max_position_embeddings') ??
    contextLength;
  switch (type) {
    case 'default':
      return { kind: 'none' };
    case 'linear':
      return { kind: 'linear', factor: rope.requiredPositive('factor') };
    case 'llama3':
      return {
        kind: 'llama3',
        factor: rope.requiredPositive('factor'),
        lowFrequencyFactor: rope.requiredPositive('low_freq_factor'),
        highFrequencyFactor: rope.requiredPositive('high_freq_factor'),
        originalContextLength,
      };
    case 'yarn':
      return readYarn(rope, contextLength, originalContextLength);
    case 'longrope': {
      const factor = rope.positive('factor') ?? contextLength / originalContextLength;
      const growth = factor <= 1 ? 0 : Math.log(factor) / Math.log(originalContextLength);
      return {
        kind: 'longrope',
        shortDivisors: readDivisors(rope, 'short_factor', rotarySize / 2),
        longDivisors: readDivisors(rope, 'long_factor', rotarySize / 2),
        originalContextLength,
        attentionFactor: rope.positive('attention_factor') ?? Math.sqrt(1 + growth),
      };
    }
    default:
      throw rope.unsupported(
        rope.has('rope_type') ? 'rope_type' : 'type',
        'use a model with the type default, linear, llama3, yarn or longrope',
      );
  }
}

function readYarn(rope: ConfigReader, contextLength: number, originalContextLength: number): RopeScaling {
  const factor = rope.positive('factor') ?? contextLength / originalContextLength;
  const strength = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const unlessZero = (key: string) => (rope.value(key) === 0 ? undefined : rope.positive(key));
  const scale = unlessZero('mscale');
  const all = unlessZero('mscale_all_dim');
  const inferred = scale !== undefined && all !== undefined ? strength(scale) / strength(all) : strength(1);
  return {
    kind: 'yarn',
    factor,
    originalContextLength,
    attentionFactor: rope.positive('attention_factor') ?? inferred,
    betaFast: rope.positive('beta_fast') ?? 32,
    betaSlow: rope.positive('beta_slow') ?? 1,
    truncate: rope.has('truncate') ? rope.flag('truncate') : true,
  };
}

function readDivisors(rope: ConfigReader, key: string, length: number): Float32Array {
  const list = rope.list(key, length);
  if (list === undefined) throw rope.invalid(key, 'is missing');
  const divisors = Float32Array.from(list as number[]);
  if (
    !list.every(
      (entry, index) => typeof entry === 'number' && divisors[index]! > 0 && divisors[index]! < Infinity,
    )
  ) {
    throw rope.invalid(key, 'holds a value that is not a positive number');
  }
  return divisors;
}
