import type { Checkpoint, GraphPlan, Initializer, OnProgress, PackRecipe } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';
import { rememberTensors } from '../remember-tensors.ts';

/** Larger initializers come in several pieces, so that they are never in memory as a whole. */
const PIECE_BYTES = 32 * 2 ** 20;

/**
 * The external data of a graph in pieces, in order: what lies between initializers, and each initializer, at once or some
 * rows at a time. A piece belongs to whoever gets it.
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
  try {
    for (const [index, initializer] of plan.initializers.entries()) {
      signal?.throwIfAborted();
      const offset = plan.offsets[index]!;
      if (offset > end) yield new Uint8Array(offset - end);
      end = offset;
      for (const { recipe, data, byteLength } of portionsOf(initializer, checkpoint)) {
        const piece = new Uint8Array(byteLength);
        if (recipe === undefined) piece.set(data);
        else {
          for (const { tensor, largest } of await packInitializer(recipe, source, piece, signal)) {
            errors.set(tensor, Math.max(largest, errors.get(tensor) ?? 0));
          }
        }
        end += byteLength;
        yield piece;
        onProgress?.({ phase: 'pack', loaded: end, total, file: checkpoint.name });
      }
    }
  } finally {
    source.forget();
  }
  if (end < total) yield new Uint8Array(total - end);
}

type Portion = { readonly byteLength: number } & (
  | { readonly recipe: PackRecipe; readonly data?: undefined }
  | { readonly recipe?: undefined; readonly data: Uint8Array }
);

/** Kinds that are laid out row by row are packed in ranges of rows when they are large. */
function* portionsOf(
  { source, shape, byteLength }: Initializer,
  { tensors }: Checkpoint,
): Generator<Portion, void, undefined> {
  if ('data' in source) return yield { data: source.data, byteLength };
  const { recipe } = source;
  const count = shape[0]!;
  const isByRow =
    (recipe.kind === 'quantized' || (recipe.kind === 'decode' && !recipe.transpose)) &&
    recipe.tensors.every((name) => {
      const tensor = tensors.get(name);
      return tensor?.shape.length === 2 && tensor.scaleBlock === undefined;
    });
  if (!isByRow || byteLength <= PIECE_BYTES) return yield { recipe, byteLength };
  const rowBytes = byteLength / count;
  const step = Math.max(Math.floor(PIECE_BYTES / rowBytes), 1);
  const [start, end] = recipe.rows ?? [0, count];
  for (let first = start; first < end; first += step) {
    const last = Math.min(first + step, end);
    yield { recipe: { ...recipe, rows: [first, last] }, byteLength: (last - first) * rowBytes };
  }
}
