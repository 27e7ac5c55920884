/** How rotary frequencies are stretched for contexts longer than the ones seen in training. */
export type RopeScaling =
  | {
      /** Frequencies as they are. */
      readonly kind: 'none';
    }
  | {
      /** Every frequency divided by the same number. */
      readonly kind: 'linear';
      /** That number. */
      readonly factor: number;
    }
  | {
      /** Llama 3.1's: low frequencies divided, high ones kept, those between blended. */
      readonly kind: 'llama3';
      /** Divisor of the low frequencies. */
      readonly factor: number;
      /** Wavelengths above `originalContextLength / lowFrequencyFactor` positions are divided. */
      readonly lowFrequencyFactor: number;
      /** Wavelengths below `originalContextLength / highFrequencyFactor` positions are kept. */
      readonly highFrequencyFactor: number;
      /** Context in tokens before it was stretched. */
      readonly originalContextLength: number;
    }
  | {
      /** YaRN (Peng et al., arXiv 2309.00071): long wavelengths divided, short ones kept, a ramp between. */
      readonly kind: 'yarn';
      /** Divisor of the low frequencies. */
      readonly factor: number;
      /** Context in tokens before it was stretched. */
      readonly originalContextLength: number;
      /** Number that cosines and sines are multiplied with. Default `0.1 * ln(factor) + 1`. */
      readonly attentionFactor?: number;
      /** Rotations within the original context from which a frequency is kept. Default 32. */
      readonly betaFast?: number;
      /** Rotations within the original context up to which a frequency is divided by all of `factor`. Default 1. */
      readonly betaSlow?: number;
      /** Whether the ends of the ramp are rounded to whole dimensions. Default `true`. */
      readonly truncate?: boolean;
    }
  | {
      /** LongRoPE (Ding et al., arXiv 2402.13753): divisors of their own for contexts up to the original one and beyond. */
      readonly kind: 'longrope';
      /** float32 `[rotarySize / 2]`, for contexts of at most `originalContextLength` tokens. */
      readonly shortDivisors: Float32Array;
      /** float32 `[rotarySize / 2]`, for longer contexts. */
      readonly longDivisors: Float32Array;
      /** Context in tokens before it was stretched. */
      readonly originalContextLength: number;
      /** Number that cosines and sines are multiplied with. Default `sqrt(1 + ln(factor) / ln(originalContextLength))`, factor being `contextLength / originalContextLength`. */
      readonly attentionFactor?: number;
    }
  | {
      /** One divisor per frequency, as GGUF stores Llama 3.1's scaling. */
      readonly kind: 'divisors';
      /** float32 `[rotarySize / 2]`. */
      readonly divisors: Float32Array;
    };

/** What a graph is built from, independent of the file format it was read from. */
export interface ModelConfig {
  /** Family name as in GGUF's `general.architecture`, such as `llama`. */
  readonly architecture: string;
  /** The model's own name; absent where the file has none. */
  readonly name?: string;
  /** Longest sequence that the model was made for, in tokens. */
  readonly contextLength: number;
  /** Rows of the embedding matrix. */
  readonly vocabularySize: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** Width inside the feed-forward layers. */
  readonly intermediateSize: number;
  /** Transformer blocks. */
  readonly layerCount: number;
  /** Heads of queries, a multiple of those of keys and values. */
  readonly headCount: number;
  /** Heads of keys and of values. */
  readonly keyValueHeadCount: number;
  /** Width of one head. */
  readonly headSize: number;
  /** Added to the mean square in RMS norms. */
  readonly normEpsilon: number;
  /** Base of the rotary frequencies, `ropeTheta ** (-2i / rotarySize)` radians per position. */
  readonly ropeTheta: number;
  /** How rotary frequencies are stretched for longer contexts. */
  readonly ropeScaling: RopeScaling;
  /** `true` when rotation pairs are neighbours (2i, 2i+1), as GGUF stores Llama; `false` for halves (i, i + size/2). */
  readonly ropeInterleaved: boolean;
  /** `true` when the output projection is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  /** Dimensions of a head that are rotated, the first ones. Default `headSize`. */
  readonly rotarySize?: number;
  /** For each layer, whether its queries and keys are rotated. Default: in all layers. */
  readonly rotaryLayers?: readonly boolean[];
  /** Positions that attention looks back in the layers of `slidingLayers`, the token's own among them. */
  readonly slidingWindow?: number;
  /** For each layer, whether its attention is limited to `slidingWindow`. Default: all, where there is a window. */
  readonly slidingLayers?: readonly boolean[];
  /** Base of the rotary frequencies of the layers with a sliding window; these are not scaled. Default: as in all layers. */
  readonly slidingRopeTheta?: number;
  /** Number that the products of queries and keys are multiplied with. Default `1 / sqrt(headSize)`. */
  readonly attentionScale?: number;
  /** Attention scores `x` become `softcap * tanh(x / softcap)` before the softmax. Default: they stay. */
  readonly attentionSoftcap?: number;
  /** The same for logits. Default: they stay. */
  readonly logitSoftcap?: number;
  /** Number that token embeddings are multiplied with. Default 1. */
  readonly embeddingScale?: number;
  /** Number that the output of each half of a block is multiplied with before it is added to the residual. Default 1. */
  readonly residualScale?: number;
  /** Number that logits are multiplied with, before any softcap. Default 1. */
  readonly logitScale?: number;
  /** Activation of the gate: SiLU, or GELU by its approximation with tanh. Default `silu`. */
  readonly activation?: 'silu' | 'gelu-tanh';
}
