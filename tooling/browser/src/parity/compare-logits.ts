/** Of two tokens whose logits differ by less in the reference, either may be the best. */
export const TIE_MARGIN = 1e-3;

/** How far logits are from those of a reference. */
export interface LogitsDifference {
  /** Positions that were compared. */
  positions: number;
  /** Positions whose two best tokens are nearer to each other than {@link TIE_MARGIN}. */
  ties: number;
  /** Positions with another best token, ties left out. */
  otherTokens: number;
  /** Largest difference of a logit. */
  largestError: number;
  /** Largest length of a position's vector of differences by the length of the reference's vector. */
  largestRelativeError: number;
}

export function noDifference(): LogitsDifference {
  return { positions: 0, ties: 0, otherTokens: 0, largestError: 0, largestRelativeError: 0 };
}

/** Adds a position. @throws {RangeError} when there is a logit that is no number */
export function addPosition(sum: LogitsDifference, logits: Float32Array, reference: Float32Array): void {
  if (logits.length !== reference.length || logits.length === 0) {
    throw new RangeError(`${logits.length} logits, not ${reference.length}`);
  }
  let [squares, errors] = [0, 0];
  for (const [index, expected] of reference.entries()) {
    const error = logits[index]! - expected;
    sum.largestError = Math.max(sum.largestError, Math.abs(error));
    squares += expected * expected;
    errors += error * error;
  }
  if (!Number.isFinite(errors) || squares === 0) throw new RangeError('a logit is no number');
  sum.largestRelativeError = Math.max(sum.largestRelativeError, Math.sqrt(errors / squares));
  sum.positions++;
  const best = bestToken(reference);
  if (marginOf(reference, best) <= TIE_MARGIN) sum.ties++;
  else if (bestToken(logits) !== best) sum.otherTokens++;
}

/** The first of the tokens with the largest logit. */
export function bestToken(logits: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token]! > logits[best]!) best = token;
  return best;
}

/** How far the largest logit is above all others. */
export function marginOf(logits: Float32Array, best: number): number {
  let second = Number.NEGATIVE_INFINITY;
  for (const [token, logit] of logits.entries()) if (token !== best && logit > second) second = logit;
  return logits[best]! - second;
}
