import type { Checkpoint, GraphPlan } from '@llamella/spec';

/** Raised when packing or the layout of an entry changes. */
const FORMAT = 1;

/**
 * Names what packing would make of a model that is stored: a hash of what says which content it is, of the recipes and their
 * places, and of what else is known of the tensors.
 *
 * @param content reference and revision of the model
 * @returns 64 hexadecimal digits
 */
export async function packedKey(plan: GraphPlan, checkpoint: Checkpoint, content: string): Promise<string> {
  const made: unknown[] = [FORMAT, content, checkpoint.format, checkpoint.config, plan.externalByteLength];
  const tensors = new Set<string>();
  for (const [index, { name, dataType, shape, byteLength, source }] of plan.initializers.entries()) {
    const how = 'recipe' in source ? source.recipe : await digest(source.data);
    if ('recipe' in source) for (const tensor of source.recipe.tensors) tensors.add(tensor);
    made.push([name, dataType, shape, byteLength, plan.offsets[index], how]);
  }
  for (const tensor of tensors) {
    const { inputOrder, ...info } = checkpoint.tensors.get(tensor)!;
    made.push([info, inputOrder && (await digest(inputOrder))]);
  }
  return digest(new TextEncoder().encode(JSON.stringify(made)));
}

async function digest(bytes: ArrayBufferView): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
