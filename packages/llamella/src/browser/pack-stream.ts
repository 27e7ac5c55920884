import type { Checkpoint, GraphPlan, OnProgress } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';
import { rememberTensors } from '../remember-tensors.ts';

/**
 * The external data of a graph in pieces, in order: what lies between initializers, and each initializer. A piece belongs
 * to whoever gets it.
 *
 * @param options.errors receives the largest error of each tensor whose error packing measures, by its name
 * @throws whatever reading and packing throw
 * @throws `signal.reason` when aborted
 */
export async function* packStream(
  plan: GraphPlan,
  checkpoint: Checkpoint,
  options: {
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly errors: Map<string, number>;
  },
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { signal, onProgress, errors } = options;
  const source = rememberTensors(checkpoint);
  const total = plan.externalByteLength;
  let end = 0;
  for (const [index, initializer] of plan.initializers.entries()) {
    signal?.throwIfAborted();
    const offset = plan.offsets[index]!;
    if (offset > end) yield new Uint8Array(offset - end);
    const piece = new Uint8Array(initializer.byteLength);
    if ('data' in initializer.source) piece.set(initializer.source.data);
    else {
      for (const { tensor, largest } of await packInitializer(
        initializer.source.recipe,
        source,
        piece,
        signal,
      )) {
        errors.set(tensor, Math.max(largest, errors.get(tensor) ?? 0));
      }
    }
    end = offset + initializer.byteLength;
    yield piece;
    onProgress?.({ phase: 'pack', loaded: end, total, file: checkpoint.name });
  }
  if (end < total) yield new Uint8Array(total - end);
}
