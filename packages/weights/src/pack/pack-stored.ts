import {
  type Checkpoint,
  InvalidArgumentError,
  InvalidFileError,
  LlamellaError,
  type PackRecipe,
} from '@llamella/spec';
import { checkRows } from './row-pieces.ts';

/**
 * Copies the bytes of one tensor, or of some of its rows, as they are, whatever they mean.
 *
 * @throws {InvalidArgumentError} when the recipe names several tensors, or the destination has another size
 * @throws {InvalidFileError} when the checkpoint gives another number of bytes than it announced
 * @throws {LlamellaError} `not-found` when the checkpoint lacks the tensor
 */
export async function packStored(
  recipe: PackRecipe,
  checkpoint: Checkpoint,
  destination: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const [name, ...others] = recipe.tensors;
  if (name === undefined || others.length > 0) {
    throw new InvalidArgumentError('recipe.tensors', 'must be one tensor to be stored as it is');
  }
  const info = checkpoint.tensors.get(name);
  if (info === undefined) throw new LlamellaError('not-found', `${checkpoint.name}: no tensor ${name}`);
  const count = info.shape[0] ?? 1;
  const [first, end] = recipe.rows ?? [0, count];
  checkRows(first, end, count);
  const rowBytes = info.byteLength / count;
  if (!Number.isInteger(rowBytes) || destination.byteLength !== (end - first) * rowBytes) {
    throw new InvalidArgumentError(
      'destination',
      `has ${destination.byteLength} bytes; tensor ${name} has ${info.byteLength}${recipe.rows === undefined ? '' : ` in ${count} rows`}`,
    );
  }
  const bytes = await checkpoint.readTensor(name, signal);
  signal?.throwIfAborted();
  if (bytes.byteLength !== info.byteLength) {
    throw new InvalidFileError(
      { file: checkpoint.name },
      `tensor ${name} has ${bytes.byteLength} bytes instead of ${info.byteLength}`,
    );
  }
  destination.set(bytes.subarray(first * rowBytes, end * rowBytes));
}
