import { InvalidArgumentError } from '@llamella/spec';
import type { WorkerChannel } from './worker-channel.ts';

/**
 * The bytes of a plan's constants: at once, or in pieces of any length in the order of the file, which the worker holds
 * until the graph is compiled. A piece that is the whole of its buffer is moved, not copied: it is empty afterwards.
 *
 * A file of the origin private file system stays there: the worker reads one constant after the other while the graph is
 * compiled, so that at most the largest one is in JavaScript's memory. Large models should be packed into such a file
 * first. It must not change until the backend is made, and can be removed then.
 */
export type WeightsSource =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>
  | FileSystemFileHandle;

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
  if ('getFile' in weights) {
    await channel.call('weightsFile', weights);
    return;
  }
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

async function* piecesOf(weights: Exclude<WeightsSource, FileSystemFileHandle>): AsyncGenerator<Uint8Array> {
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
