import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Checkpoint, GraphPlan, OnProgress, TensorInfo } from '@llamella/spec';
import { contentHash } from './content-hash.ts';

/** Raised when packing or the layout of an entry changes. */
const FORMAT = 1;

/**
 * Names what packing would make: a hash of the content of the checkpoint's files, of the recipes and their places, of
 * what else is known of the tensors, and of the version of the packer. The same model in another folder has the same key; a changed file has another.
 *
 * @param files with the weights, in order
 * @returns 64 hexadecimal digits; nothing where the version is not known, as in a bundle
 * @throws {InvalidFileError} when a file cannot be read
 * @throws `options.signal.reason` when aborted
 */
export async function packedCacheKey(
  plan: GraphPlan,
  checkpoint: Checkpoint,
  files: readonly string[],
  options: {
    readonly folder: string;
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string | undefined> {
  const key = createHash('sha256');
  const version = packerVersion();
  if (version === undefined) return undefined;
  key.update(
    JSON.stringify([FORMAT, version, checkpoint.format, plan.externalFile, plan.externalByteLength]),
  );
  for (const [index, { name, dataType, shape, byteLength, source }] of plan.initializers.entries()) {
    const made = 'recipe' in source ? source.recipe : createHash('sha256').update(source.data).digest('hex');
    key.update(JSON.stringify([name, dataType, shape, byteLength, plan.offsets[index], made]));
  }
  // What a folder says about its weights lies in other files than these.
  key.update(JSON.stringify(checkpoint.config));
  for (const name of recipeTensors(plan)) key.update(describeTensor(checkpoint.tensors.get(name)));
  for (const hash of await contentHash(files, options)) key.update(hash);
  return key.digest('hex');
}

function packerVersion(): string | undefined {
  try {
    return createRequire(import.meta.url)('@llamella/weights/package.json').version;
  } catch {
    return undefined;
  }
}

function recipeTensors({ initializers }: GraphPlan): ReadonlySet<string> {
  return new Set(initializers.flatMap(({ source }) => ('recipe' in source ? source.recipe.tensors : [])));
}

function describeTensor(info: TensorInfo | undefined): string {
  const { inputOrder, ...rest } = info ?? {};
  const order = inputOrder && createHash('sha256').update(inputOrder).digest('hex');
  return JSON.stringify([rest, order]);
}
