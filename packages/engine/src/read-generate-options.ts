import {
  type DecodeOptions,
  InvalidArgumentError,
  type SamplingOptions,
  type TokenGrammar,
  UnsupportedError,
} from '@llamella/spec';
import type { EngineGenerateOptions } from './engine.ts';
import type { EngineContext } from './engine-context.ts';

/** Checked options of one generation. */
export interface GenerationRequest {
  readonly sampling: SamplingOptions;
  readonly maxTokens: number;
  readonly stopStrings: readonly string[];
  readonly isStopToken: (token: number) => boolean;
  /** What the sampler needs of a position's logits. */
  readonly logits: 'last' | { readonly top: number };
  /** `undefined` when no log probabilities are wanted. */
  readonly topCount: number | undefined;
  readonly decode: DecodeOptions;
  readonly grammar: TokenGrammar | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * @throws {InvalidArgumentError} when an option is out of range
 * @throws {UnsupportedError} for `logprobs` without an implementation of it
 */
export function readGenerateOptions(
  context: EngineContext,
  options: EngineGenerateOptions,
): GenerationRequest {
  const {
    maxTokens = Number.POSITIVE_INFINITY,
    stop = [],
    stopTokens = [],
    ignoreEndOfGeneration = false,
    logprobs: topCount,
    grammar,
    signal,
    encode: _encode,
    decode = { skipSpecialTokens: true },
    ...sampling
  } = options;
  if (!(maxTokens >= 0) || (!Number.isInteger(maxTokens) && maxTokens !== Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError('maxTokens', `must be an integer of at least 0, not ${maxTokens}`);
  }
  const stopStrings = typeof stop === 'string' ? [stop] : stop;
  for (const text of stopStrings) {
    if (typeof text !== 'string' || text === '') {
      throw new InvalidArgumentError('stop', 'every stop string must be a text of at least one character');
    }
  }
  const { vocabularySize } = context.backend.info;
  for (const token of stopTokens) {
    if (!Number.isInteger(token) || token < 0 || token >= vocabularySize) {
      throw new InvalidArgumentError(
        'stopTokens',
        `${token} is not an id of the vocabulary of ${vocabularySize} tokens`,
      );
    }
  }
  if (topCount !== undefined) {
    if (!Number.isInteger(topCount) || topCount < 0 || topCount > vocabularySize) {
      throw new InvalidArgumentError(
        'logprobs',
        `must be an integer from 0 to ${vocabularySize}, the size of the vocabulary, not ${topCount}`,
      );
    }
    if (!context.logprobs) {
      throw new UnsupportedError('logprobs', 'pass `logprobs` to createEngine');
    }
  }
  if (grammar && ignoreEndOfGeneration) {
    throw new InvalidArgumentError('ignoreEndOfGeneration', 'cannot be combined with a grammar, which ends');
  }
  const { endOfGenerationIds } = context.tokenizer;
  // A sampler does not know which tokens end a text; the steps on lengths need them.
  const { endTokens = [...endOfGenerationIds] } = sampling;
  const samplerOptions = { ...sampling, endTokens };
  const top = grammar || topCount !== undefined ? undefined : context.topLogitsNeeded?.(samplerOptions);
  const isEnough = top !== undefined && top <= (context.backend.info.mostTopLogits ?? 0);
  return {
    sampling: samplerOptions,
    maxTokens,
    stopStrings,
    isStopToken: (token) =>
      (!ignoreEndOfGeneration && endOfGenerationIds.has(token)) || stopTokens.includes(token),
    logits: isEnough ? { top } : 'last',
    topCount,
    decode,
    grammar,
    signal,
  };
}
