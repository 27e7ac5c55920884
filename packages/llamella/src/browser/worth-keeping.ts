import type { Checkpoint, GraphPlan } from '@llamella/spec';

/** Bytes of float32 to one of the file from which reading them takes longer than decoding them once more. */
const INFLATED = 2.5;

/** Whether packed weights are worth keeping: not when most of them are float32 that quantized weights were decoded to. */
export function worthKeeping(plan: GraphPlan, { tensors }: Pick<Checkpoint, 'tensors'>): boolean {
  let inflated = 0;
  for (const { byteLength, source } of plan.initializers) {
    if (!('recipe' in source) || source.recipe.kind !== 'decode') continue;
    const stored = source.recipe.tensors.reduce((sum, name) => sum + (tensors.get(name)?.byteLength ?? 0), 0);
    if (byteLength > INFLATED * stored) inflated += byteLength;
  }
  return inflated < plan.externalByteLength / 2;
}
