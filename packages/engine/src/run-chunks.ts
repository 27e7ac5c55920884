import type { KvSequence } from '@llamella/spec';
import type { EngineContext } from './engine-context.ts';
import { runStep } from './run-step.ts';

/** Runs the tokens from the sequence's length up to `end` in chunks, without logits. */
export async function runChunks(
  context: EngineContext,
  sequence: KvSequence,
  tokens: Uint32Array,
  end: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const size = chunkSize(context);
  while (sequence.length < end) {
    const chunk = tokens.subarray(sequence.length, Math.min(end, sequence.length + size));
    await runStep(context, sequence, chunk, 'none', signal, () => {});
  }
}

/** Tokens in one prefill step. */
export function chunkSize({ backend }: EngineContext): number {
  return Math.max(1, Math.trunc(backend.info.prefillChunk) || 1);
}
