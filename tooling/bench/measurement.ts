import type { CandidateSettings } from './candidate.ts';
import type { Scenario } from './scenarios.ts';

export type CandidateName = 'llamella' | 'node-llama-cpp';

/** What a child process is told to do. */
export interface MeasurementRequest {
  readonly candidate: CandidateName;
  readonly settings: CandidateSettings;
  readonly scenario: Scenario;
}

/** Memory of the process, in bytes, as the kernel counts it. */
export interface MemoryUse {
  readonly peak: number;
  readonly resident: number;
}

/** What a child process found. Times are in milliseconds. */
export interface Measurement {
  /** From before the library was imported until the model could be used. */
  readonly loadMs: number;
  /** From the call with the prompt until its first token. */
  readonly firstTokenMs: number;
  /** From before the library was imported until the first token, the warm-up included where there is one. */
  readonly loadToFirstTokenMs: number;
  /** Generated tokens per second; absent when the scenario counts none. */
  readonly decodeTokensPerSecond?: number;
  /** Longest time between two ticks of a 1 ms timer while tokens were counted. */
  readonly longestTimerGapMs?: number;
  /** After the last token, with the model still loaded. */
  readonly memory: MemoryUse;
}
