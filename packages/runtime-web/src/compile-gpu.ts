import { createSession } from './compile.ts';
import type { OpenGpu } from './gpu-device.ts';
import { gpuKvMemory } from './gpu-kv-memory.ts';
import { KvSlots } from './kv-slots.ts';
import type { CompileRequest } from './messages.ts';
import type { Ort } from './ort.ts';
import type { MountedBytes } from './ort-module.ts';
import { Session } from './session.ts';

/**
 * Compiles a graph for the GPU; the processor takes what it has no kernels for.
 *
 * @throws {LlamellaError} `backend` when ONNX Runtime refuses the graph, or there is no memory
 */
export async function compileForGpu(
  ort: Ort,
  gpu: OpenGpu,
  request: CompileRequest,
  weights: MountedBytes,
): Promise<Session> {
  const { module } = ort;
  const { graph, slots, capacity } = request;
  module.asyncInit?.();
  module.webgpuInit?.(() => undefined);
  const handle = await createSession(ort, request, weights, async (options) => {
    const [deviceId, webgpuInstance, webgpuDevice] = module.webgpuRegisterDevice(gpu.device);
    const entries = Object.entries({ deviceId, webgpuInstance, webgpuDevice, validationMode: 'disabled' });
    const texts = entries.flat().map((text) => ort.putText(String(text)));
    const keys = ort.put(Uint32Array.from(texts.filter((_, index) => index % 2 === 0)));
    const values = ort.put(Uint32Array.from(texts.filter((_, index) => index % 2 === 1)));
    const name = ort.putText('WebGPU');
    const status = await module._OrtAppendExecutionProvider(options, name, keys, values, entries.length);
    for (const address of [...texts, keys, values, name]) module._free(address);
    ort.check('WebGPU was refused', status);
  });
  return new Session(
    ort,
    handle,
    graph,
    new KvSlots(gpuKvMemory(ort, gpu.device, handle), graph, slots, capacity),
  );
}
