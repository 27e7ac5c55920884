import { LlamellaError } from '@llamella/spec';
import { createSession } from './compile.ts';
import type { OpenGpu } from './gpu-device.ts';
import { gpuKvMemory } from './gpu-kv-memory.ts';
import { GpuSession } from './gpu-session.ts';
import { KvSlots } from './kv-slots.ts';
import type { CompileRequest } from './messages.ts';
import type { Ort } from './ort.ts';
import type { MountedBytes } from './ort-module.ts';
import type { Session } from './session.ts';

/**
 * Compiles a graph for the GPU; the processor takes what it has no kernels for. Then steps cannot be captured.
 *
 * @param onNote called with sentences about what does not run as it was meant to, also later
 * @throws {LlamellaError} `backend` when ONNX Runtime refuses the graph, or there is no memory
 */
export async function compileForGpu(
  ort: Ort,
  gpu: OpenGpu,
  request: CompileRequest,
  weights: MountedBytes,
  onNote: (note: string) => void,
): Promise<Session> {
  const { module } = ort;
  const { graph, slots, capacity, captureSteps } = request;
  module.asyncInit?.();
  module.webgpuInit?.(() => undefined);
  const create = (captures: boolean) =>
    createSession(ort, request, weights, (options) => addGpu(ort, gpu, options, captures));
  let handle: number | undefined;
  if (captureSteps) {
    try {
      handle = await create(true);
    } catch (error) {
      if (!LlamellaError.isInstance(error)) throw error;
      onNote(`Steps are not captured: ${error.message}`);
      module.webgpuOnCreateSession?.(0);
    }
  }
  const captures = handle !== undefined;
  handle ??= await create(false);
  const kv = new KvSlots(gpuKvMemory(ort, gpu.device, handle, graph), graph, slots, capacity);
  return new GpuSession({ ort, gpu, handle, graph, slots: kv, captures, onNote });
}

async function addGpu(ort: Ort, gpu: OpenGpu, options: number, captures: boolean): Promise<void> {
  const { module } = ort;
  const [deviceId, webgpuInstance, webgpuDevice] = module.webgpuRegisterDevice(gpu.device);
  const entries = Object.entries({
    ...{ deviceId, webgpuInstance, webgpuDevice, validationMode: 'disabled' },
    ...(captures && { enableGraphCapture: '1' }),
  });
  const texts = entries.flat().map((text) => ort.putText(String(text)));
  const keys = ort.put(Uint32Array.from(texts.filter((_, index) => index % 2 === 0)));
  const values = ort.put(Uint32Array.from(texts.filter((_, index) => index % 2 === 1)));
  const name = ort.putText('WebGPU');
  const status = await module._OrtAppendExecutionProvider(options, name, keys, values, entries.length);
  for (const address of [...texts, keys, values, name]) module._free(address);
  ort.check('WebGPU was refused', status);
}
