import { InvalidArgumentError } from '@llamella/spec';
import { logSumExp } from './apply-guidance.ts';
import { checkInteger } from './check-integer.ts';
import { checkLength } from './check-length.ts';

/** Options of beam search. */
export interface BeamSearchOptions {
  /** How many beams run, 1 or more. */
  readonly beamCount: number;
  /** Tokens that end a text. */
  readonly endTokens: readonly number[];
  /** A text ends after this many new tokens, 1 or more. */
  readonly maxTokens: number;
  /** Scores are divided by the number of new tokens to this power: above 0 favours long texts. Default 1. */
  readonly lengthPenalty?: number;
  /**
   * When to end, once there are `beamCount` texts: `true` at once; `false` when a running beam, at its present length,
   * is no better; `'never'` when none can become better. Default `false`.
   */
  readonly earlyStopping?: boolean | 'never';
  /**
   * Changes the log probabilities of one beam before they are added up, such as by bans and penalties.
   *
   * @param tokens new tokens of the beam
   */
  readonly process?: (logprobs: Float32Array, tokens: Uint32Array) => void;
}

/** One text. */
export interface Beam {
  /** Its new tokens. */
  readonly tokens: Uint32Array;
  /** The sum of their log probabilities; once ended, divided as `lengthPenalty` says. */
  readonly score: number;
}

/** A beam search after some steps. It is never changed. */
export interface BeamState {
  /** Beams to run the model on, best first; one at the beginning, then `beamCount`. */
  readonly running: readonly Beam[];
  /** For each running beam, which beam of the state before it prolongs: the row of the cache to copy. */
  readonly parents: readonly number[];
  /** Ended texts, best first, `beamCount` at most. */
  readonly ended: readonly Beam[];
  /** Nothing better is to come: `ended` is the result. */
  readonly done: boolean;
}

/** The state before the first token: one beam without new tokens. */
export function startBeams(): BeamState {
  return { running: [{ tokens: new Uint32Array(0), score: 0 }], parents: [0], ended: [], done: false };
}

/**
 * One step of beam search: prolongs the running beams by the tokens that make the likeliest texts. Sums are float64.
 *
 * Source: transformers 5.23.0, `GenerationMixin._beam_search`, whose order, ranking and ends it follows. Of equal
 * scores, the first beam's and the lower id goes first.
 *
 * @param rows logits after each running beam, float32 `[vocabularySize]` each; overwritten
 * @throws {InvalidArgumentError} for options out of range, another number of rows, and logits that are not usable
 */
export function advanceBeams(
  state: BeamState,
  rows: readonly Float32Array[],
  options: BeamSearchOptions,
): BeamState {
  const { beamCount, endTokens, maxTokens, lengthPenalty = 1, earlyStopping = false } = options;
  checkBeamOptions(options);
  if (state.done) return state;
  checkLength('rows', rows, state.running.length, ', one per running beam');
  const length = state.running[0]!.tokens.length + 1;
  const kept = Math.max(2, 1 + endTokens.length) * beamCount;
  const running: Beam[] = [];
  const parents: number[] = [];
  const ended = [...state.ended];
  const full = ended.length === beamCount && earlyStopping === true;
  for (const [rank, { parent, token, score }] of largest(state, rows, kept, options).entries()) {
    const tokens = Uint32Array.of(...state.running[parent]!.tokens, token);
    if (length < maxTokens && !endTokens.includes(token)) {
      if (running.length === beamCount) continue;
      running.push({ tokens, score });
      parents.push(parent);
    } else if (rank < beamCount && !full) {
      ended.push({ tokens, score: score / length ** lengthPenalty });
    }
  }
  ended.sort((a, b) => b.score - a.score);
  ended.length = Math.min(ended.length, beamCount);

  const allEnded = ended.length === beamCount;
  const reach = earlyStopping === 'never' && lengthPenalty > 0 ? maxTokens : length;
  const best = running.length > 0 ? running[0]!.score / reach ** lengthPenalty : -Infinity;
  const improvable = !allEnded || best > ended[beamCount - 1]!.score;
  const done = running.length === 0 || !improvable || (allEnded && earlyStopping === true);
  return { running, parents, ended, done };
}

interface Continuation {
  readonly parent: number;
  readonly token: number;
  readonly score: number;
}

/** The `count` likeliest continuations of all beams, best first. */
function largest(
  { running }: BeamState,
  rows: readonly Float32Array[],
  count: number,
  { process }: BeamSearchOptions,
): Continuation[] {
  const found: Continuation[] = [];
  let worst = -Infinity;
  for (const [parent, row] of rows.entries()) {
    const beam = running[parent]!;
    const total = logSumExp(row);
    for (let token = 0; token < row.length; token++) row[token] = row[token]! - total;
    process?.(row, beam.tokens);
    for (let token = 0; token < row.length; token++) {
      const score = beam.score + row[token]!;
      if (!(score > worst)) continue;
      let at = found.length;
      while (at > 0 && found[at - 1]!.score < score) at--;
      found.splice(at, 0, { parent, token, score });
      if (found.length > count) found.pop();
      if (found.length === count) worst = found[count - 1]!.score;
    }
  }
  return found;
}

function checkBeamOptions(options: BeamSearchOptions): void {
  const { beamCount, maxTokens, lengthPenalty = 1, earlyStopping = false } = options;
  for (const [name, value] of Object.entries({ beamCount, maxTokens }))
    checkInteger(name, value, 1, Number.MAX_SAFE_INTEGER);
  if (!Number.isFinite(lengthPenalty))
    throw new InvalidArgumentError('lengthPenalty', `must be a finite number, got ${lengthPenalty}`);
  if (![true, false, 'never'].includes(earlyStopping))
    throw new InvalidArgumentError('earlyStopping', `must be true, false or 'never', got ${earlyStopping}`);
}
