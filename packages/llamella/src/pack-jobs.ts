import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Checkpoint, GraphPlan, PackRecipe } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';

/** One initializer to pack. */
export interface PackTask {
  /** Its place in the plan. */
  readonly index: number;
  /** Where it starts in the file, in bytes. */
  readonly offset: number;
  readonly byteLength: number;
  readonly source: { readonly recipe: PackRecipe } | { readonly data: Uint8Array };
}

/** What became of a task. */
export interface PackResult {
  readonly index: number;
  readonly byteLength: number;
  /** CRC-32 of the bytes. */
  readonly checksum: number;
  /** Largest error by tensor, where packing measures it. */
  readonly errors: readonly (readonly [tensor: string, largest: number])[];
}

const MOST_BYTES_AT_ONCE = 2 ** 28;

/** Initializers that are made from the same tensors, together, so that those are read once; the largest jobs first. */
export function packJobs(plan: GraphPlan): PackTask[][] {
  const jobs = new Map<string, PackTask[]>();
  for (const [index, { byteLength, source }] of plan.initializers.entries()) {
    const key = 'recipe' in source ? JSON.stringify(source.recipe.tensors) : String(index);
    const task = { index, offset: plan.offsets[index]!, byteLength, source };
    const job = jobs.get(key);
    if (job === undefined) jobs.set(key, [task]);
    else job.push(task);
  }
  const size = (job: readonly PackTask[]) => job.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return [...jobs.values()].sort((a, b) => size(b) - size(a));
}

/** Makes the bytes of one initializer and writes them at their place. */
export async function runPackTask(
  { index, offset, byteLength, source }: PackTask,
  checkpoint: Checkpoint,
  file: FileHandle,
  signal?: AbortSignal,
): Promise<PackResult> {
  const bytes = 'data' in source ? source.data : new Uint8Array(byteLength);
  const packed = 'recipe' in source ? await packInitializer(source.recipe, checkpoint, bytes, signal) : [];
  const checksum = crc32(bytes);
  for (let written = 0; written < byteLength; ) {
    const count = Math.min(MOST_BYTES_AT_ONCE, byteLength - written);
    written += (await file.write(bytes, written, count, offset + written)).bytesWritten;
  }
  // Waiting for a collection would keep several tensors.
  if ('recipe' in source) (bytes.buffer as ArrayBuffer).transfer(0);
  return {
    index,
    byteLength,
    checksum,
    errors: packed.map(({ tensor, largest }) => [tensor, largest] as const),
  };
}
