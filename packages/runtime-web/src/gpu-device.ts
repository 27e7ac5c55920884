import { LlamellaError, UnsupportedError } from '@llamella/spec';
import { describeAdapter, type GpuDescription, requestAdapter } from './gpu-adapter.ts';
import type { LoadRequest } from './messages.ts';

/** Limits that kernels and weights profit from; a device has the defaults unless more is asked for. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** How long after a failure the news of a lost device may come. */
const LOSS_NOTICE_MS = 200;

const usedFeatures: readonly GPUFeatureName[] = ['shader-f16', 'subgroups'];

/** A GPU with all that its adapter allows. */
export interface OpenGpu {
  readonly device: GPUDevice;
  readonly description: GpuDescription;
  /** The result of some work, or, when the device is lost, an error that says so. Then no more work begins. */
  whileThere<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Opens the GPU that is fastest by the browser's judgement.
 *
 * @param needs what the graph needs: `largest` of its constants, and `float16` in shaders
 * @param onLost called with the reason when the device is lost, before work that is under way fails
 * @throws {UnsupportedError} when there is none, it has no float16 though it is needed, or a constant does not fit into one of its buffers
 */
export async function openGpu(
  { largest, float16 }: Pick<LoadRequest, 'largest' | 'float16'>,
  onLost: (reason: string) => void,
): Promise<OpenGpu> {
  const adapter = await requestAdapter();
  const description = describeAdapter(adapter);
  if (float16 && !description.float16) {
    throw new UnsupportedError(
      `a graph in float16 on this GPU (${description.name})`,
      'it computes in float32 only: build the graph with webgpuProfile',
    );
  }
  if (largest.byteLength > description.maximumTensorBytes) {
    throw new UnsupportedError(
      `a constant of ${largest.byteLength} bytes (${largest.name}) on this GPU`,
      `its buffers have at most ${description.maximumTensorBytes} bytes; build the graph with that as ` +
        'maximumTensorBytes, or use the device wasm',
    );
  }
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]])),
    requiredFeatures: usedFeatures.filter((name) => adapter.features.has(name)),
  });
  let gone = false;
  const lost = device.lost.then(({ reason, message }): never => {
    gone = true;
    const what = `the GPU device was lost (${reason}: ${message})`;
    onLost(what);
    throw new LlamellaError('backend', `${what}: make a new backend, or use the device wasm`);
  });
  lost.catch(() => undefined);
  return {
    device,
    description,
    // Work that waits for a lost device may never end; what it fails with may be known before the loss is.
    whileThere: (work) =>
      gone
        ? lost
        : Promise.race([lost, work()]).catch((error) =>
            Promise.race([
              lost,
              new Promise<never>((_, reject) => setTimeout(reject, LOSS_NOTICE_MS, error)),
            ]),
          ),
  };
}
