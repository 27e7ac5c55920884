import type { Interruption } from './interruption.ts';
import type { Llamella } from './llamella.ts';

export type InputStream = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
};

export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Sizes in bytes of what this process keeps, and at most kept, in memory. */
export interface ResidentMemory {
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
}

/** Everything outside the program that a command touches. */
export interface CommandContext {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly interruption: Interruption;
  importLlamella(): Promise<Llamella>;
  /** Whether a file or folder of this name exists. */
  pathExists(path: string): boolean;
  measureMemory(): ResidentMemory;
  /** Processors that this process may use. */
  readonly processorCount: number;
}
