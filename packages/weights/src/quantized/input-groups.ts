import type { StoredTensor } from '../safetensors/stored-tensor.ts';
import type { LayerTensors } from './layer-tensors.ts';

/** How inputs are dealt out to groups. */
export interface InputGroups {
  /** Inputs per group; the last one may have fewer. */
  readonly size: number;
  /** Inputs in the order of their groups, where that is another one. */
  readonly order?: Uint32Array;
}

/**
 * Reads which group each input belongs to, GPTQ's `g_idx`, and sorts the inputs by group, keeping their order within one.
 *
 * @returns `undefined` when the tensor says that it was never filled
 */
export async function readInputGroups(
  layer: LayerTensors,
  indices: StoredTensor,
  inputs: number,
  groups: number,
  signal?: AbortSignal,
): Promise<InputGroups | undefined> {
  layer.checkShape(indices, [inputs]);
  const words = await layer.readWords(indices, signal);
  if (words.every((group) => group === 0xffffffff)) return undefined;
  const counts = new Uint32Array(groups + 1);
  let sorted = true;
  for (let input = 0; input < inputs; input++) {
    const group = words[input]!;
    if (group >= groups)
      throw layer.error(indices, `has ${group | 0} at ${input}, and there are ${groups} groups`);
    if (input > 0 && group < words[input - 1]!) sorted = false;
    counts[group + 1]!++;
  }
  const size = counts[1]!;
  for (let group = 0; group < groups; group++) {
    const found = counts[group + 1]!;
    if (found !== size && (group < groups - 1 || found > size || found === 0)) {
      throw layer.error(
        indices,
        `puts ${size} inputs into group 0 and ${found} into group ${group}; only groups of one size can be read`,
      );
    }
  }
  if (sorted) return { size };
  for (let group = 0; group < groups; group++) counts[group + 1]! += counts[group]!;
  const order = new Uint32Array(inputs);
  for (let input = 0; input < inputs; input++) order[counts[words[input]!]!++] = input;
  return { size, order };
}
