import type { ModelConfig, RopeScaling } from '@llamella/spec';
import { unsupported } from './said-config.ts';

type Json = Readonly<Record<string, unknown>>;

/** Keys of config.json for rotary positions but `rope_theta`. */
export function writeRope(config: ModelConfig): Json {
  const { ropeScaling: rope, rotarySize, headSize } = config;
  const isPhi3 = config.architecture === 'phi3';
  const original =
    'originalContextLength' in rope ? { original_max_position_embeddings: rope.originalContextLength } : {};
  // Phi-3 has the length outside.
  const outside = isPhi3 ? { original_max_position_embeddings: config.contextLength, ...original } : {};
  const inside = isPhi3 ? {} : original;
  const part = rotarySize === undefined ? {} : { partial_rotary_factor: rotarySize / headSize };
  return { ...outside, ...part, rope_scaling: scalingParameters(config, rope, inside) };
}

function scalingParameters(config: ModelConfig, rope: RopeScaling, original: Json): Json | null {
  switch (rope.kind) {
    case 'none':
      return null;
    case 'linear':
      return { rope_type: 'linear', factor: rope.factor };
    case 'llama3':
      return {
        rope_type: 'llama3',
        factor: rope.factor,
        low_freq_factor: rope.lowFrequencyFactor,
        high_freq_factor: rope.highFrequencyFactor,
        ...original,
      };
    case 'yarn':
      return {
        rope_type: 'yarn',
        factor: rope.factor,
        ...original,
        attention_factor: rope.attentionFactor,
        beta_fast: rope.betaFast,
        beta_slow: rope.betaSlow,
        truncate: rope.truncate,
      };
    case 'longrope':
      return {
        type: 'longrope',
        short_factor: [...rope.shortDivisors],
        long_factor: [...rope.longDivisors],
        ...original,
        attention_factor: rope.attentionFactor,
      };
    case 'divisors':
      return llama3Of(config, rope.divisors);
  }
}

/** GGUF stores what Llama 3.1's scaling amounts to; its models differ in the factor only, the largest divisor. */
function llama3Of(config: ModelConfig, divisors: Float32Array): Json {
  const factor = Math.max(...divisors);
  const [low, high, original] = [1, 4, 8192];
  const isLlama3 = divisors.every((divisor, index) => {
    const rotations = original / (2 * Math.PI * config.ropeTheta ** ((2 * index) / config.headSize));
    const kept = Math.min(1, Math.max(0, (rotations - low) / (high - low)));
    return Math.abs(divisor * ((1 - kept) / factor + kept) - 1) < 1e-4;
  });
  if (!isLlama3) throw unsupported(config, 'scaling of rotary frequencies one by one', 'write GGUF');
  return {
    rope_type: 'llama3',
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: original,
  };
}
