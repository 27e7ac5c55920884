import type { PerplexityResult } from './perplexity.ts';

export const engines = ['llama.cpp', 'llamella', 'llamella, exact'] as const;
export type Engine = (typeof engines)[number];

/** Writes a GGUF anew with another mix of types. */
export interface QuantizeTask {
  readonly kind: 'quantize';
  readonly from: string;
  readonly to: string;
  /** Number of `llama_ftype`. */
  readonly fileType: number;
}

/** Scores text with one engine. */
export interface PerplexityTask {
  readonly kind: 'perplexity';
  readonly engine: Engine;
  readonly model: string;
  readonly textFile: string;
  /** Chunks to score; absent: all of the text. */
  readonly chunks?: number;
}

/** What a child process is told to do. */
export type Task = QuantizeTask | PerplexityTask;
export type TaskResult<T extends Task> = T extends PerplexityTask ? PerplexityResult : Record<string, never>;
