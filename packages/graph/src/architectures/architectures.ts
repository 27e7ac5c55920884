import type { GraphContext } from '../graph-context.ts';
import { writeLlama } from './llama.ts';

/** Writers by the name that GGUF's `general.architecture` gives. */
export const architectures: ReadonlyMap<string, (context: GraphContext) => void> = new Map([
  ['llama', writeLlama],
]);
