import type { LogitsDifference } from './compare-logits.ts';
import type { ParityRun } from './page-program.ts';

/** How far the logits of a profile may be from those of runtime-node in exact mode. */
export interface ParityBounds {
  /** Of any logit. */
  readonly error: number;
  /** Of the vectors of all logits of a position. */
  readonly relativeError: number;
  /** Part of the positions, ties left out, that may have another best token. */
  readonly otherTokens: number;
}

/** float32 throughout: the order of additions differs, nothing else. */
const exact: ParityBounds = { error: 1e-3, relativeError: 5e-5, otherTokens: 0 };

/** Weights or activations of 8 bits: single positions of these prompts are 0.18 off with Node's own profile for the CPU. */
const rounded: ParityBounds = { error: 6, relativeError: 0.3, otherTokens: 0.15 };

/** Bounds by profile. */
export const parityBounds: Readonly<Record<ParityRun['profile'], ParityBounds>> = {
  wasmExactProfile: exact,
  wasmProfile: rounded,
  webgpuExactProfile: exact,
  webgpuProfile: rounded,
};

/** What is beyond the bounds, in words; empty when nothing is. */
export function beyondBounds(bounds: ParityBounds, difference: LogitsDifference): string[] {
  const { positions, ties, otherTokens, largestError, largestRelativeError } = difference;
  const most = Math.floor(bounds.otherTokens * (positions - ties));
  return [
    ...(otherTokens > most ? [`${otherTokens} other tokens, at most ${most} may be`] : []),
    ...(largestError > bounds.error ? [`a logit is off by ${largestError}`] : []),
    ...(largestRelativeError > bounds.relativeError ? [`relative error ${largestRelativeError}`] : []),
  ];
}
