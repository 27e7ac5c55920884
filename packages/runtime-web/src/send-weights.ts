import { InvalidArgumentError } from '@llamella/spec';
import type { WorkerChannel } from './worker-channel.ts';

/**
 * The bytes of a plan's constants: at once, or in pieces of any length in the order of the file. A piece that is the
 * whole of its buffer is moved, not copied: it is empty afterwards.
 */
export type WeightsSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

const PIECE_BYTES = 16 * 2 ** 20;

/**
 * Sends weights to the worker, one piece at a time.
 *
 * @throws {InvalidArgumentError} when there are more or fewer bytes than the plan needs
 * @throws `signal.reason` when aborted
 */
export async function sendWeights(
  channel: WorkerChannel,
  weights: WeightsSource,
  byteLength: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let sent = 0;
  for await (const piece of piecesOf(weights)) {
    signal?.throwIfAborted();
    sent += piece.byteLength;
    if (sent > byteLength) break;
    const whole = piece.byteLength === piece.buffer.byteLength && piece.buffer instanceof ArrayBuffer;
    const bytes = (whole ? piece : piece.slice()) as Uint8Array<ArrayBuffer>;
    await channel.call('weights', bytes, [bytes.buffer]);
  }
  if (sent === byteLength) return;
  const got = sent > byteLength ? 'more' : `${sent}`;
  throw new InvalidArgumentError('weights', `the plan needs ${byteLength} bytes, got ${got}`);
}

async function* piecesOf(weights: WeightsSource): AsyncGenerator<Uint8Array> {
  if (weights instanceof Uint8Array) {
    for (let start = 0; start < weights.byteLength; start += PIECE_BYTES) {
      yield weights.slice(start, start + PIECE_BYTES);
    }
  } else if ('getReader' in weights) {
    // Safari's streams are not iterable.
    const reader = weights.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  } else {
    yield* weights;
  }
}
