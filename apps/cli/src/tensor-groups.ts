import type { TensorFidelity, TensorType } from '@llamella/spec';
import type { ModelReport } from './llamella.ts';

/** Tensors of one stored type that run in one way. What they become is absent when the graph does not use them; `measured` is the largest of the group. */
export interface TensorGroup extends Partial<Pick<TensorFidelity, 'kind' | 'bound' | 'measured' | 'runsAs'>> {
  readonly type: TensorType;
  readonly tensorCount: number;
  readonly weightBytes: number;
}

/** Groups a model's tensors, largest group first. */
export function groupTensors({ tensors, fidelity }: ModelReport): TensorGroup[] {
  const fidelityOf = new Map(fidelity.map((entry) => [entry.tensor, entry]));
  const groups = new Map<string, TensorGroup>();
  for (const { name, type, byteLength } of tensors) {
    const entry = fidelityOf.get(name);
    const key = JSON.stringify([type, entry?.kind, entry?.bound, entry?.runsAs]);
    const group = groups.get(key);
    groups.set(key, {
      type,
      tensorCount: (group?.tensorCount ?? 0) + 1,
      weightBytes: (group?.weightBytes ?? 0) + byteLength,
      ...(entry && { kind: entry.kind, bound: entry.bound, runsAs: entry.runsAs }),
      ...(entry?.measured !== undefined && { measured: Math.max(group?.measured ?? 0, entry.measured) }),
    });
  }
  return [...groups.values()].sort((a, b) => b.weightBytes - a.weightBytes);
}
