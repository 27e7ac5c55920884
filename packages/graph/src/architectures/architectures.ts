import { UnsupportedError } from '@llamella/spec';
import type { GraphContext } from '../graph-context.ts';
import { writeGemma } from './gemma.ts';
import { writeGemma2 } from './gemma2.ts';
import { writeGemma3 } from './gemma3.ts';
import { writeGranite } from './granite.ts';
import { writeLlama } from './llama.ts';
import { writePhi3 } from './phi3.ts';
import { writeQwen2 } from './qwen2.ts';
import { writeQwen3 } from './qwen3.ts';
import { writeSmolLm3 } from './smollm3.ts';

/** Writers by the name that GGUF's `general.architecture` gives. `mistral3` are Mistral Small 3.1 and later. */
const architectures: ReadonlyMap<string, (context: GraphContext) => void> = new Map([
  ['llama', writeLlama],
  ['mistral3', writeLlama],
  ['qwen2', writeQwen2],
  ['qwen3', writeQwen3],
  ['smollm3', writeSmolLm3],
  ['gemma', writeGemma],
  ['gemma2', writeGemma2],
  ['gemma3', writeGemma3],
  ['phi3', writePhi3],
  ['granite', writeGranite],
]);

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
  const mixture = architecture.includes('moe') ? ', a mixture of experts,' : '';
  throw new UnsupportedError(
    `${file}: architecture ${JSON.stringify(architecture)}${mixture}`,
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
