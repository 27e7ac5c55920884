import { type ForwardRequest, type KvSequence, LlamellaError } from '@llamella/spec';
import type { EngineContext } from './engine-context.ts';

/**
 * Runs the model over the next tokens of a sequence and records them.
 *
 * @param read called with the logits while they are valid; its result is returned
 * @throws `signal.reason` when aborted. Tokens that were computed by then are recorded.
 */
export async function runStep<Result>(
  context: EngineContext,
  sequence: KvSequence,
  tokens: Uint32Array,
  logits: ForwardRequest['logits'],
  signal: AbortSignal | undefined,
  read: (logits: Float32Array) => Result,
): Promise<Result> {
  const { backend } = context;
  return exclusively(context, signal, async () => {
    await sequence.reserve(tokens.length);
    signal?.throwIfAborted();
    const { slot, length: position } = sequence;
    const values = await backend.forward({ slot, position, tokens, logits }, signal);
    sequence.append(tokens);
    signal?.throwIfAborted();
    const rows = logits === 'none' ? 0 : logits === 'all' ? tokens.length : 1;
    if (values.length !== rows * backend.info.vocabularySize) {
      throw new LlamellaError(
        'backend',
        `${values.length} logits came back for ${rows} positions and ${backend.info.vocabularySize} tokens`,
      );
    }
    return read(values);
  });
}

/** Makes room for `count` more tokens, while no step runs. */
export function reserve(
  context: EngineContext,
  sequence: KvSequence,
  count: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return exclusively(context, signal, () => sequence.reserve(count));
}

async function exclusively<Result>(
  { steps }: EngineContext,
  signal: AbortSignal | undefined,
  action: () => Promise<Result>,
): Promise<Result> {
  await steps.acquire(signal);
  try {
    return await action();
  } catch (error) {
    // A step that was interrupted may fail in its own words.
    throw signal?.aborted ? signal.reason : error;
  } finally {
    steps.release();
  }
}
