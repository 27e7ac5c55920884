/** One thing to measure, in a process of its own. */
export interface Scenario {
  readonly name: 'load' | 'prefill' | 'decode-64' | 'decode-100' | 'decode-4000';
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** Tokens generated before the clock starts; they fill the context up to the length that is measured. */
  readonly uncountedTokens: number;
  /** Tokens generated while the clock runs. */
  readonly countedTokens: number;
  /** Whether another, short prompt is run first, so that first-use costs are not counted. */
  readonly warmUp: boolean;
}

export const scenarios: readonly Scenario[] = [
  { name: 'load', promptTokens: 16, uncountedTokens: 1, countedTokens: 0, warmUp: false },
  { name: 'prefill', promptTokens: 512, uncountedTokens: 1, countedTokens: 0, warmUp: true },
  { name: 'decode-100', promptTokens: 92, uncountedTokens: 8, countedTokens: 64, warmUp: false },
  { name: 'decode-4000', promptTokens: 3992, uncountedTokens: 8, countedTokens: 64, warmUp: false },
];

/** Tokens of the warm-up prompt, and how many are generated after it. */
export const warmUpPrompt = 64;
export const warmUpGenerated = 4;
