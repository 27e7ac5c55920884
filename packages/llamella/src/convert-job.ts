import type { TensorFidelity } from '@llamella/spec';
import type { ConvertedCheckpoint } from './convert-checkpoint.ts';
import type { ConvertOutput } from './convert-output.ts';
import type { ConvertType } from './convert-types.ts';

/** What a conversion is prepared with. */
export interface JobOptions {
  readonly type: ConvertType;
  readonly contextLength: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A conversion that has been checked and can be written. */
export interface ConvertJob {
  /** Bytes that it takes on the disk, about. */
  readonly byteLength: number;
  /** The weights, with what became of them. */
  readonly checkpoint: ConvertedCheckpoint;
  write(output: ConvertOutput, onProgress: (loaded: number, total: number) => void): Promise<void>;
  /** What the container cannot say, or its readers leave out: sentences for people. */
  readonly notes?: readonly string[];
  /** Once written: how closely tensors survive in a graph. */
  readonly fidelity?: () => readonly TensorFidelity[];
}
