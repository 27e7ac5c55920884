import { type ModelConfig, UnsupportedError } from '@llamella/spec';
import type { GgufField, GgufTensor } from '@llamella/weights';
import type { OpenedModel } from './opened-model.ts';

/** Architectures whose rows of q and k GGUF has in the order of neighbouring pairs. */
const neighbours: ReadonlySet<string> = new Set(['llama', 'granite', 'smollm3']);

/** Whether GGUF stores q and k of an architecture for rotation of neighbouring pairs. */
export function rotatesNeighbours(architecture: string): boolean {
  return neighbours.has(architecture);
}

export async function ggufMetadata(
  opened: OpenedModel,
  _config: ModelConfig,
  _signal: AbortSignal | undefined,
): Promise<{ metadata: Map<string, GgufField>; extra: GgufTensor[] }> {
  throw new UnsupportedError(`${opened.checkpoint.name}: writing this layout as GGUF`, 'use a GGUF file');
}
