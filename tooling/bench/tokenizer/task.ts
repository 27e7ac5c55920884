import type { Contender } from './contenders.ts';

export interface TimedText {
  readonly name: string;
  /** File in UTF-8. */
  readonly path: string;
  readonly bytes: number;
  /** Another text of the same kind, encoded a few times first. */
  readonly warmUpPath?: string;
}

/** What a child process is told to do. */
export interface Task {
  readonly contender: Contender;
  /** `tokenizer.json`, or `.tiktoken` ranks. */
  readonly vocabularyPath: string;
  /** `tokenizer_config.json`; only for the former. */
  readonly configPath: string;
  /** Folder where npm installed the peers. */
  readonly peers: string;
  readonly texts: readonly TimedText[];
  readonly warmUps: number;
  /** Passes over each text after the first. */
  readonly passes: number;
}

/** What a child process found; times in milliseconds. */
export interface TaskResult {
  /** From the text of the tokenizer's file, or its ranks, to the first encoded word. */
  readonly loadMs: number;
  /** The part of it after the file was parsed; absent where a library takes only text. */
  readonly loadParsedMs?: number;
  readonly texts: readonly TextResult[];
}

export interface TextResult {
  readonly name: string;
  readonly count: number;
  /** SHA-256 of the ids as little-endian 32-bit integers. */
  readonly hash: string;
  readonly firstMs: number;
  readonly passesMs: readonly number[];
}
