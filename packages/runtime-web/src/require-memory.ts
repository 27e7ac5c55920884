import { type GraphPlan, UnsupportedError } from '@llamella/spec';
import type { WebDevice } from './web-device.ts';

/** What 32-bit addresses reach, in bytes. */
export const HEAP_BYTES = 2 ** 32;

/** What ONNX Runtime, its operators' values and a short cache take beside the weights, at the least. */
const OTHER_BYTES = 2 ** 27;

/**
 * Refuses weights that a device cannot hold in any case, so that they are not packed and compiled in vain.
 * On `wasm` everything lies in a memory of 4 GiB. What fits by this may still fail when it is compiled.
 *
 * @throws {UnsupportedError} naming how much there is, and how much there may be
 */
export function requireMemory(plan: Pick<GraphPlan, 'externalByteLength'>, device: WebDevice): void {
  const most = HEAP_BYTES - OTHER_BYTES;
  if (device !== 'wasm' || plan.externalByteLength <= most) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new UnsupportedError(
    `a model whose weights take ${gigabytes(plan.externalByteLength)} GB on WebAssembly, which addresses ${gigabytes(HEAP_BYTES)} GB,`,
    'use WebGPU, a smaller model, or one with fewer bits for each weight',
  );
}
