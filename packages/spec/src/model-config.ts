/** How rotary frequencies are stretched for contexts longer than the ones seen in training. */
export type RopeScaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalContextLength: number;
    }
  /** One divisor per frequency, `headSize / 2` of them, as GGUF stores Llama 3.1's scaling. */
  | { readonly kind: 'divisors'; readonly divisors: Float32Array };

/** What a graph is built from, independent of the file format it was read from. */
export interface ModelConfig {
  /** Family name as in GGUF's `general.architecture`, such as `llama`. */
  readonly architecture: string;
  readonly name?: string;
  /** Longest sequence that the model was made for, in tokens. */
  readonly contextLength: number;
  readonly vocabularySize: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** Width inside the feed-forward layers. */
  readonly intermediateSize: number;
  readonly layerCount: number;
  /** Heads of queries, a multiple of those of keys and values. */
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  /** Width of one head. */
  readonly headSize: number;
  /** Added to the mean square in RMS norms. */
  readonly normEpsilon: number;
  /** Base of the rotary frequencies, `ropeTheta ** (-2i / headSize)` radians per position. */
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling;
  /** `true` when rotation pairs are neighbours (2i, 2i+1), as GGUF stores Llama; `false` for halves (i, i + size/2). */
  readonly ropeInterleaved: boolean;
  /** `true` when the output projection is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
}
