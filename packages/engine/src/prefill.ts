import type { ForwardRequest, KvSequence } from '@llamella/spec';
import type { EngineContext } from './engine-context.ts';
import { chunkSize, runChunks } from './run-chunks.ts';
import { reserve, runStep } from './run-step.ts';

/**
 * Runs what the sequence does not hold of a prompt, in chunks of the backend's size; only the last, which may be
 * shorter, asks for logits.
 *
 * @param logits of the last token
 * @param read called with the logits of the prompt's last token while they are valid
 */
export async function prefill<Result>(
  context: EngineContext,
  sequence: KvSequence,
  prompt: Uint32Array,
  logits: ForwardRequest['logits'],
  signal: AbortSignal | undefined,
  read: (logits: Float32Array) => Result,
): Promise<Result> {
  const cached = sequence.length;
  const size = chunkSize(context);
  const chunks = Math.ceil((prompt.length - cached) / size);
  await reserve(context, sequence, prompt.length - cached, signal);
  await runChunks(context, sequence, prompt, cached + (chunks - 1) * size, signal);
  return runStep(context, sequence, prompt.subarray(sequence.length), logits, signal, read);
}
