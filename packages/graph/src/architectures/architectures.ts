import { UnsupportedError } from '@llamella/spec';
import type { GraphContext } from '../graph-context.ts';
import { writeLlama } from './llama.ts';

/** Writers by the name that GGUF's `general.architecture` gives. */
const architectures: ReadonlyMap<string, (context: GraphContext) => void> = new Map([['llama', writeLlama]]);

/**
 * The writer of an architecture.
 *
 * @param architecture name as in GGUF's `general.architecture`
 * @param file what errors call the checkpoint
 * @throws {UnsupportedError} when there is none
 */
export function requireArchitecture(architecture: string, file: string): (context: GraphContext) => void {
  const write = architectures.get(architecture);
  if (write !== undefined) return write;
  throw new UnsupportedError(
    `${file}: architecture ${JSON.stringify(architecture)}`,
    `supported: ${[...architectures.keys()].join(', ')}`,
  );
}

/**
 * Checks that a graph can be written for an architecture, before the rest of a file's description is read.
 *
 * @param architecture name as in GGUF's `general.architecture`
 * @param file what errors call the checkpoint
 * @throws {UnsupportedError} when it cannot
 */
export function checkArchitecture(architecture: string, file: string): void {
  requireArchitecture(architecture, file);
}
