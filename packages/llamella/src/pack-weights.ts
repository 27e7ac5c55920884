import type { Checkpoint, GraphPlan, OnProgress } from '@llamella/spec';
import { LlamellaError } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';
import { rememberTensors } from './remember-tensors.ts';

/**
 * Makes the external data of a graph: uint8 `[plan.externalByteLength]`, each initializer at its offset.
 *
 * @param options.errors receives the largest error of each tensor whose error packing measures, by its name
 * @throws {LlamellaError} `backend` when the memory cannot be had; whatever reading and packing throw
 * @throws `signal.reason` when aborted
 */
export async function packWeights(
  plan: GraphPlan,
  checkpoint: Checkpoint,
  options: {
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly errors?: Map<string, number>;
  } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const weights = allocate(plan.externalByteLength, checkpoint.name);
  const source = rememberTensors(checkpoint);
  for (const [index, initializer] of plan.initializers.entries()) {
    options.signal?.throwIfAborted();
    const offset = plan.offsets[index]!;
    const target = weights.subarray(offset, offset + initializer.byteLength);
    if ('data' in initializer.source) target.set(initializer.source.data);
    else {
      const errors = await packInitializer(initializer.source.recipe, source, target, options.signal);
      for (const { tensor, largest } of errors) {
        options.errors?.set(tensor, Math.max(largest, options.errors.get(tensor) ?? 0));
      }
    }
    options.onProgress?.({
      phase: 'pack',
      loaded: offset + initializer.byteLength,
      total: plan.externalByteLength,
      file: checkpoint.name,
    });
  }
  return weights;
}

function allocate(byteLength: number, file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new LlamellaError(
      'backend',
      `${file}: no memory for ${byteLength} bytes of weights; use a smaller model, or \`exact: false\``,
      { cause },
    );
  }
}
