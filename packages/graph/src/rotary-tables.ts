import { type ModelConfig, UnsupportedError } from '@llamella/spec';

/** Cosines and sines of rotary position embedding, both float32 `[positions, headSize / 2]`. */
export interface RotaryTables {
  /** float32 `[positions, headSize / 2]`. */
  readonly cosines: Float32Array;
  /** float32 `[positions, headSize / 2]`. */
  readonly sines: Float32Array;
}

/**
 * Cosines and sines for the first `positions` positions. Frequencies and angles are rounded to float32, as the
 * implementations do that models are trained with; the rest is float64.
 *
 * Source: Su et al., RoFormer (arXiv 2104.09864); Llama 3.1's scaling as in huggingface/transformers
 * `modeling_rope_utils.py` (`llama3`).
 */
export function rotaryTables(config: ModelConfig, positions: number): RotaryTables {
  const half = config.headSize / 2;
  const frequencies = rotaryFrequencies(config);
  const cosines = new Float32Array(positions * half);
  const sines = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = Math.fround(position * frequencies[index]!);
      cosines[position * half + index] = Math.cos(angle);
      sines[position * half + index] = Math.sin(angle);
    }
  }
  return { cosines, sines };
}

/** Radians per position of each rotated pair, float32 `[headSize / 2]`, after scaling for long contexts. */
export function rotaryFrequencies(config: ModelConfig): Float32Array {
  const half = config.headSize / 2;
  const frequencies = new Float32Array(half);
  for (let index = 0; index < half; index++) {
    const unscaled = config.ropeTheta ** (-(2 * index) / config.headSize);
    frequencies[index] = scaleFrequency(unscaled, index, config);
  }
  return frequencies;
}

function scaleFrequency(frequency: number, index: number, config: ModelConfig): number {
  const scaling = config.ropeScaling;
  switch (scaling.kind) {
    case 'none':
      return frequency;
    case 'linear':
      return frequency / scaling.factor;
    case 'divisors':
      return frequency / scaling.divisors[index]!;
    case 'yarn':
    case 'longrope':
      throw new UnsupportedError(`rotary scaling ${scaling.kind}`, 'use a model without it');
    case 'llama3': {
      const wavelength = (2 * Math.PI) / frequency;
      const shortest = scaling.originalContextLength / scaling.highFrequencyFactor;
      const longest = scaling.originalContextLength / scaling.lowFrequencyFactor;
      if (wavelength < shortest) return frequency;
      if (wavelength > longest) return frequency / scaling.factor;
      const smooth =
        (scaling.originalContextLength / wavelength - scaling.lowFrequencyFactor) /
        (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
      return (1 - smooth) * (frequency / scaling.factor) + smooth * frequency;
    }
  }
}

/** Whether the attention operator can rotate by itself: it wants heads of a multiple of 16. */
export function attentionRotates(config: ModelConfig): boolean {
  return config.headSize % 16 === 0;
}
