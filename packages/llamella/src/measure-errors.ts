import type { Checkpoint, GraphPlan, OnProgress, TensorFidelity } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';

/**
 * Packs the integers of every tensor that is put on another grid, and throws them away: what remains are the errors.
 *
 * @returns the largest error of each such tensor by its name, as `TensorFidelity.measured` has it
 * @throws what reading and packing throw
 * @throws `signal.reason` when aborted
 */
export async function measureErrors(
  plan: GraphPlan,
  checkpoint: Checkpoint,
  options: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadonlyMap<string, number>> {
  const { signal, onProgress } = options;
  const moved = new Set(
    plan.fidelity.filter(({ kind }) => kind === 're-gridded').map(({ tensor }) => tensor),
  );
  const initializers = plan.initializers.filter(
    ({ source }) =>
      'recipe' in source &&
      source.recipe.kind === 'quantized' &&
      source.recipe.tensors.some((tensor) => moved.has(tensor)),
  );
  const total = initializers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const errors = new Map<string, number>();
  let loaded = 0;
  for (const { source, byteLength } of initializers) {
    signal?.throwIfAborted();
    if (!('recipe' in source)) continue;
    const packed = new Uint8Array(byteLength);
    for (const { tensor, largest } of await packInitializer(source.recipe, checkpoint, packed, signal)) {
      errors.set(tensor, Math.max(largest, errors.get(tensor) ?? 0));
    }
    packed.buffer.transfer(0);
    loaded += byteLength;
    onProgress?.({ phase: 'pack', loaded, total, file: checkpoint.name });
  }
  return errors;
}

/** Adds the measured error of the tensors that are put on another grid. */
export function withMeasured(
  fidelity: readonly TensorFidelity[],
  errors: ReadonlyMap<string, number>,
): readonly TensorFidelity[] {
  return fidelity.map((entry) => {
    const measured = errors.get(entry.tensor);
    return entry.kind === 're-gridded' && measured !== undefined ? { ...entry, measured } : entry;
  });
}
