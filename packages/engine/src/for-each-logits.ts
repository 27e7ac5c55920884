import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { LogitsOptions } from './engine.ts';
import type { EngineContext } from './engine-context.ts';
import { checkTokens } from './read-prompt.ts';
import { chunkSize, runChunks } from './run-chunks.ts';
import { reserve, runStep } from './run-step.ts';

/** Most logits that one step may return: 64 MiB of them. */
const maximumLogits = 2 ** 24;

/** `Engine.forEachLogits`, see there. */
export async function forEachLogits(
  context: EngineContext,
  tokens: Uint32Array,
  callback: (logits: Float32Array, position: number) => void,
  { start = 0, signal }: LogitsOptions,
): Promise<void> {
  const { backend, cache, slots } = context;
  const { vocabularySize } = backend.info;
  signal?.throwIfAborted();
  if (tokens.length === 0) throw new InvalidArgumentError('tokens', 'must hold one token or more');
  if (!Number.isInteger(start) || start < 0 || start >= tokens.length) {
    throw new InvalidArgumentError(
      'start',
      `must be an integer from 0 to ${tokens.length - 1}, not ${start}`,
    );
  }
  if (tokens.length > cache.contextLength) {
    throw new LlamellaError(
      'context-full',
      `${tokens.length} tokens were given and the context holds ${cache.contextLength}; split them`,
    );
  }
  const ids = tokens.slice();
  checkTokens(ids, context, 'tokens');
  const size = Math.max(1, Math.min(chunkSize(context), Math.floor(maximumLogits / vocabularySize)));

  await slots.acquire(signal);
  try {
    const sequence = cache.acquire(ids);
    try {
      sequence.rewind(Math.min(sequence.length, start));
      await reserve(context, sequence, ids.length - sequence.length, signal);
      await runChunks(context, sequence, ids, start, signal);
      while (sequence.length < ids.length) {
        const first = sequence.length;
        const chunk = ids.subarray(first, first + size);
        await runStep(context, sequence, chunk, 'all', signal, (logits) => {
          for (let row = 0; row < chunk.length; row++) {
            callback(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize), first + row);
          }
        });
      }
    } finally {
      sequence.release();
    }
  } finally {
    slots.release();
  }
}
