import {
  compareWithGolden,
  type DivergenceSummary,
  summarizeDivergence,
} from '@llamella/reference/divergence';
import type { TeacherForcedGolden } from '@llamella/reference/read-golden';
import type { LoadedModel } from 'llamella';

/** Runs a model over a golden text, as one sequence, and compares each of its predictions with the reference's. */
export async function measure(model: LoadedModel, golden: TeacherForcedGolden): Promise<DivergenceSummary> {
  const results: ReturnType<typeof compareWithGolden>[] = [];
  await model.engine.forEachLogits(
    Uint32Array.from(golden.tokens.subarray(0, golden.positions)),
    (logits, position) => {
      results.push(compareWithGolden(golden.position(position), logits));
    },
  );
  return summarizeDivergence(results);
}
