import { checkInteger } from './check-integer.ts';
import { logitsError } from './logits-error.ts';

/**
 * The tokens that are still in the running: what one step hands to the next. Its arrays are allocated once and used
 * for every token.
 */
export interface Candidates {
  /** Logits of the candidates in entries `[0, count)`, in the order of their ids. The array belongs to the caller. */
  logits: Float32Array;
  /** Ids of the candidates in entries `[0, count)`, unless `whole`. */
  readonly ids: Uint32Array;
  /** Number of candidates. */
  count: number;
  /** Number of logits that were loaded. */
  size: number;
  /** Every token is a candidate and its id is its index; `ids` is not filled. */
  whole: boolean;
  /** The largest logit. */
  maximum: number;
  /** The sum of `exp(logit - maximum)`, where a step or a draw has worked it out. */
  total: number;
  /** The entropy of the softmax in nats, where a step has worked it out. */
  entropy: number;
  /** While `whole`: the largest logit of each `BLOCK` of logits, so that a cut can pass over most of them. */
  readonly blockMaxima: Float32Array;
  /** Scratch, one entry per candidate: a copy of logits for a selection, weights for a draw. */
  readonly work: Float32Array;
  /** The memory of `work` as the bits of its floats. */
  readonly workBits: Int32Array;
  /** Scratch: sums per group of a radix selection. */
  readonly sums: Float64Array;
  /** Where the last selection cuts. */
  readonly cut: Cut;
  /** Scratch: a float64 per candidate for typical and adaptive-p, empty until one of them needs it. */
  weights: Float64Array;
}

/** Where a selection cuts: candidates above `threshold` stay, and the first `ties` of those equal to it. */
export interface Cut {
  /** What a radix selection is asked for; a field, since a number argument would be allocated at each call. */
  target: number;
  /** Logit of the last candidates that stay. */
  threshold: number;
  /** How many of those equal to `threshold` stay. */
  ties: number;
}

/** Logits per entry of `blockMaxima`. */
export const BLOCK = 64;

/** Groups that a radix pass distributes into. */
export const GROUPS = 2048;

/** Allocates room for `vocabularySize` candidates: about 8 bytes each. */
export function createCandidates(vocabularySize: number): Candidates {
  const work = new Float32Array(vocabularySize);
  return {
    logits: work,
    ids: new Uint32Array(vocabularySize),
    count: 0,
    size: 0,
    whole: true,
    maximum: 0.5,
    total: 0.5,
    entropy: 0.5,
    blockMaxima: new Float32Array(Math.ceil(vocabularySize / BLOCK)),
    work,
    workBits: new Int32Array(work.buffer),
    sums: new Float64Array(GROUPS),
    cut: { target: 0.5, threshold: 0.5, ties: 0 },
    weights: new Float64Array(0),
  };
}

/** The weights of `candidates`, allocated at the first call. */
export function reserveWeights(candidates: Candidates): Float64Array {
  const { length } = candidates.ids;
  if (candidates.weights.length < length) candidates.weights = new Float64Array(length);
  return candidates.weights;
}

/** The id of the candidate in entry `index`. */
export function idAt(candidates: Candidates, index: number): number {
  return candidates.whole ? index : candidates.ids[index]!;
}

/**
 * Makes every token of `logits` a candidate. The array is not copied: the steps that follow overwrite it.
 *
 * @throws {InvalidArgumentError} when the logits are empty or more than there is room for, hold NaN or
 *   +Infinity, or are all -Infinity
 */
export function loadCandidates(candidates: Candidates, logits: Float32Array): void {
  const { ids, blockMaxima } = candidates;
  const { length } = logits;
  checkInteger('logits.length', length, 0, ids.length);
  let maximum = -Infinity;
  for (let start = 0; start < length; start += BLOCK) {
    const end = Math.min(start + BLOCK, length);
    let blockMaximum = -Infinity;
    for (let i = start; i < end; i++) {
      const logit = logits[i]!;
      // Written so that NaN, for which every comparison is false, is caught by the one comparison.
      if (logit <= blockMaximum) continue;
      if (Number.isNaN(logit)) throw logitsError(logits, i);
      blockMaximum = logit;
    }
    blockMaxima[start / BLOCK] = blockMaximum;
    if (blockMaximum > maximum) maximum = blockMaximum;
  }
  if (maximum === -Infinity) throw logitsError(logits);
  if (maximum === Infinity) throw logitsError(logits, logits.indexOf(maximum));
  candidates.logits = logits;
  candidates.count = length;
  candidates.size = length;
  candidates.whole = true;
  candidates.maximum = maximum;
}

/** Undoes the narrowing: the logits are in the entries of their ids again, and those of dropped tokens -Infinity. */
export function expandCandidates(candidates: Candidates): void {
  const { logits, ids, size } = candidates;
  if (candidates.whole) return;
  let i = candidates.count - 1;
  // From the end, since no candidate's entry is after its id.
  for (let id = size - 1; id >= 0; id--) logits[id] = i >= 0 && ids[i] === id ? logits[i--]! : -Infinity;
  candidates.count = size;
  candidates.whole = true;
}

/** Drops the candidates below `candidates.cut`, and any at -Infinity. Those that stay keep their order. */
export function cutCandidates(candidates: Candidates): void {
  const { logits, ids, count, whole, blockMaxima, cut } = candidates;
  const { threshold } = cut;
  let ties = threshold === -Infinity ? 0 : cut.ties;
  let kept = 0;
  for (let start = 0; start < count; start += BLOCK) {
    if (whole && blockMaxima[start / BLOCK]! < threshold) continue;
    const end = Math.min(start + BLOCK, count);
    for (let i = start; i < end; i++) {
      const logit = logits[i]!;
      if (logit < threshold) continue;
      if (logit === threshold && ties-- <= 0) continue;
      logits[kept] = logit;
      ids[kept++] = whole ? i : ids[i]!;
    }
  }
  candidates.count = kept;
  candidates.whole = false;
}
