import type { LayerTensors } from './layer-tensors.ts';
import { matchesWildcard } from './module-patterns.ts';

/**
 * Refuses a layer that is stored quantized although the configuration lists it among those that are not.
 *
 * @param exceptions names, with wildcards
 * @param suffix of the tensor that shows that it is quantized
 */
export function checkPlain(
  layer: LayerTensors,
  module: string,
  exceptions: readonly string[],
  suffix: string,
): void {
  const exception = exceptions.find((pattern) => matchesWildcard(module, pattern));
  if (exception === undefined) return;
  throw layer.error(
    { name: `${module}.${suffix}` },
    `is quantized, and the configuration excludes ${exception}`,
  );
}
