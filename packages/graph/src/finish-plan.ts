import type { GraphPlan } from '@llamella/spec';
import type { BuildGraphOptions } from './build-graph.ts';
import { withGemm } from './gemm-products.ts';
import { splitTensors } from './split/split-tensors.ts';

/**
 * What profile and options ask of a whole plan.
 *
 * @param name what errors call the model
 */
export function finishPlan(plan: GraphPlan, options: BuildGraphOptions, name: string): GraphPlan {
  const split = splitTensors(plan, options.maximumTensorBytes, name);
  return options.profile.gemmProducts === true ? withGemm(split) : split;
}
