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
      /** One divisor per frequency, as GGUF stores Llama 3.1's scaling. */
      readonly kind: 'divisors';
      /** float32 `[headSize / 2]`. */
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
  /** Base of the rotary frequencies, `ropeTheta ** (-2i / headSize)` radians per position. */
  readonly ropeTheta: number;
  /** How rotary frequencies are stretched for longer contexts. */
  readonly ropeScaling: RopeScaling;
  /** `true` when rotation pairs are neighbours (2i, 2i+1), as GGUF stores Llama; `false` for halves (i, i + size/2). */
  readonly ropeInterleaved: boolean;
  /** `true` when the output projection is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
}
