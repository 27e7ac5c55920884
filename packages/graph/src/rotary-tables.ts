import type { ModelConfig, RopeScaling } from '@llamella/spec';

/** Cosines and sines of rotary position embedding, both float32 `[positions, rotarySize / 2]`. */
export interface RotaryTables {
  /** float32 `[positions, rotarySize / 2]`. */
  readonly cosines: Float32Array;
  /** float32 `[positions, rotarySize / 2]`. */
  readonly sines: Float32Array;
}

/**
 * Cosines and sines for the first `positions` positions, times the attention factor of the scaling. Frequencies and
 * angles are rounded to float32, as the implementations do that models are trained with; the rest is float64.
 *
 * A table has the frequencies of one context length. LongRoPE has two sets of them: tables of up to
 * `originalContextLength` positions take the short ones, longer tables take the long ones for all their positions, as
 * llama.cpp chooses by the size of its context. transformers chooses by the length of each sequence.
 *
 * Source: Su et al., RoFormer (arXiv 2104.09864); scalings as in huggingface/transformers `modeling_rope_utils.py`.
 */
export function rotaryTables(config: ModelConfig, positions: number): RotaryTables {
  const half = rotarySize(config) / 2;
  const frequencies = rotaryFrequencies(config, positions);
  const factor = attentionFactor(config);
  const cosines = new Float32Array(positions * half);
  const sines = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = Math.fround(position * frequencies[index]!);
      cosines[position * half + index] = Math.cos(angle) * factor;
      sines[position * half + index] = Math.sin(angle) * factor;
    }
  }
  return { cosines, sines };
}

/**
 * Radians per position of each rotated pair, float32 `[rotarySize / 2]`, after scaling for long contexts.
 *
 * @param contextLength tokens that the frequencies are for, which LongRoPE chooses by. Default: the model's context
 */
export function rotaryFrequencies(config: ModelConfig, contextLength = config.contextLength): Float32Array {
  const size = rotarySize(config);
  const scale = frequencyScale(config, contextLength);
  return Float32Array.from({ length: size / 2 }, (_, index) => {
    const frequency = config.ropeTheta ** (-(2 * index) / size);
    return frequency * scale(index, frequency);
  });
}

/** Dimensions of a head that are rotated. */
export function rotarySize({ rotarySize, headSize }: ModelConfig): number {
  return rotarySize ?? headSize;
}

/** What the configuration of the layers with a sliding window rotates by: a base of its own without scaling. */
export function slidingRotary(config: ModelConfig): ModelConfig {
  const { slidingRopeTheta: ropeTheta } = config;
  return ropeTheta === undefined ? config : { ...config, ropeTheta, ropeScaling: { kind: 'none' } };
}

type FrequencyScale = (index: number, frequency: number) => number;

function frequencyScale(config: ModelConfig, contextLength: number): FrequencyScale {
  const scaling = config.ropeScaling;
  switch (scaling.kind) {
    case 'none':
      return () => 1;
    case 'linear':
      return () => 1 / scaling.factor;
    case 'divisors':
      return (index) => 1 / scaling.divisors[index]!;
    case 'llama3':
      return (_, frequency) => llama3Scale(scaling, frequency);
    case 'yarn':
      return yarnScale(scaling, rotarySize(config), config.ropeTheta);
    case 'longrope': {
      const { shortDivisors, longDivisors, originalContextLength } = scaling;
      const divisors = contextLength > originalContextLength ? longDivisors : shortDivisors;
      return (index) => 1 / divisors[index]!;
    }
  }
}

type Scaling<Kind extends RopeScaling['kind']> = Extract<RopeScaling, { kind: Kind }>;

function llama3Scale(scaling: Scaling<'llama3'>, frequency: number): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < originalContextLength / highFrequencyFactor) return 1;
  if (wavelength > originalContextLength / lowFrequencyFactor) return 1 / factor;
  const smooth =
    (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return (1 - smooth) / factor + smooth;
}

/** Kept up to the pair that turns `betaFast` times within the original context, divided from `betaSlow` on. */
function yarnScale(scaling: Scaling<'yarn'>, size: number, theta: number): FrequencyScale {
  const { factor, originalContextLength, betaFast = 32, betaSlow = 1, truncate = true } = scaling;
  const pairThatTurns = (times: number) =>
    (size * Math.log(originalContextLength / (times * 2 * Math.PI))) / (2 * Math.log(theta));
  const first = pairThatTurns(betaFast);
  const last = pairThatTurns(betaSlow);
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, size - 1);
  const width = high === low ? 0.001 : high - low;
  return (index) => {
    const divided = Math.min(Math.max((index - low) / width, 0), 1);
    return divided / factor + (1 - divided);
  };
}

/** Number that cosines and sines are multiplied with. */
function attentionFactor({ ropeScaling: scaling, contextLength }: ModelConfig): number {
  switch (scaling.kind) {
    case 'yarn':
      return scaling.attentionFactor ?? 0.1 * Math.log(Math.max(scaling.factor, 1)) + 1;
    case 'longrope': {
      const { attentionFactor, originalContextLength } = scaling;
      const factor = Math.max(contextLength / originalContextLength, 1);
      return attentionFactor ?? Math.sqrt(1 + Math.log(factor) / Math.log(originalContextLength));
    }
    default:
      return 1;
  }
}
