import type { Checkpoint, GraphPlan } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';

/** The external data of a plan, one initializer after the other. */
export async function* packPieces(
  plan: GraphPlan,
  checkpoint: Checkpoint,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let end = 0;
  for (const [index, { source, byteLength }] of plan.initializers.entries()) {
    const offset = plan.offsets[index]!;
    if (offset > end) yield new Uint8Array(offset - end);
    const piece = new Uint8Array(byteLength);
    if ('data' in source) piece.set(source.data);
    else await packInitializer(source.recipe, checkpoint, piece);
    yield piece;
    end = offset + byteLength;
  }
  if (end < plan.externalByteLength) yield new Uint8Array(plan.externalByteLength - end);
}
