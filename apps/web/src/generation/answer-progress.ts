import type { FinishReason, GenerationPart, GenerationTimings } from '@llamella/spec';
import type { AnswerStatistics } from '../conversation/conversation.ts';

/** An answer while it is written. */
export interface AnswerProgress {
  readonly text: string;
  readonly tokenCount: number;
  /** Times are in milliseconds of one clock. */
  readonly startedAt: number;
  readonly firstTokenAt?: number;
  readonly lastTokenAt?: number;
  readonly finishReason?: FinishReason;
  readonly timings?: GenerationTimings;
}

/** An answer of which nothing is written yet. */
export function startAnswer(now: number): AnswerProgress {
  return { text: '', tokenCount: 0, startedAt: now };
}

/** Adds what came from the model. */
export function addPart(progress: AnswerProgress, part: GenerationPart, now: number): AnswerProgress {
  const hasTokens = part.tokens.length > 0;
  return {
    ...progress,
    text: progress.text + part.text,
    tokenCount: progress.tokenCount + part.tokens.length,
    ...(hasTokens && { firstTokenAt: progress.firstTokenAt ?? now, lastTokenAt: now }),
    ...(part.finishReason !== undefined && { finishReason: part.finishReason }),
    ...(part.timings !== undefined && { timings: part.timings }),
  };
}

/** What is known about the time an answer took, at the end or so far; `undefined` before the first token. */
export function toStatistics(progress: AnswerProgress): AnswerStatistics | undefined {
  const { timings, tokenCount, startedAt, firstTokenAt, lastTokenAt } = progress;
  if (timings !== undefined) {
    const { promptTokens, cachedTokens, generatedTokens, firstTokenMs, generateMs } = timings;
    return { promptTokens, cachedTokens, generatedTokens, firstTokenMs, generateMs };
  }
  if (firstTokenAt === undefined || lastTokenAt === undefined) return undefined;
  return {
    promptTokens: 0,
    cachedTokens: 0,
    generatedTokens: tokenCount,
    firstTokenMs: firstTokenAt - startedAt,
    generateMs: lastTokenAt - firstTokenAt,
  };
}

/** Tokens after the first, for a rate over `generateMs`. */
export function tokensAfterFirst({ generatedTokens }: AnswerStatistics): number {
  return Math.max(0, generatedTokens - 1);
}
