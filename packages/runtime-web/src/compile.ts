import { heapKvMemory } from './kv-memory.ts';
import { KvSlots } from './kv-slots.ts';
import type { CompileRequest } from './messages.ts';
import type { Ort } from './ort.ts';
import type { MountedBytes } from './ort-module.ts';
import { HeapSession, type Session } from './session.ts';
import { openWindows } from './weight-windows.ts';

const OPTIMIZE_ALL = 99;
const SEQUENTIAL = 0;
const LOG_ERRORS = 3;

/**
 * Compiles a graph for the processor.
 *
 * @throws {LlamellaError} `backend` when ONNX Runtime refuses the graph, or there is no memory
 */
export async function compile(ort: Ort, request: CompileRequest, weights: MountedBytes): Promise<Session> {
  const { graph } = request;
  const handle = await createSession(ort, request, weights, async () => {});
  return new HeapSession(
    ort,
    handle,
    graph,
    new KvSlots(heapKvMemory(ort, graph), graph, request.slots, request.capacity),
  );
}

/** @param addProvider puts an execution provider before the processor's */
export async function createSession(
  ort: Ort,
  { model, externalFile }: CompileRequest,
  weights: MountedBytes,
  addProvider: (options: number) => Promise<void>,
): Promise<number> {
  const { module } = ort;
  const mountable = openWindows(model, externalFile, weights);
  const options = ort.made(
    'session options',
    // Plans of memory are made per input shape; prompts have many, and each plan would keep its block.
    module._OrtCreateSessionOptions(OPTIMIZE_ALL, true, false, SEQUENTIAL, false, 0, 0, LOG_ERRORS, 0, 0),
  );
  const bytes = ort.put(mountable.model);
  try {
    await addProvider(options);
    for (const [name, file] of mountable.files) module.mountExternalData(name, file);
    const handle = await module._OrtCreateSession(bytes, model.byteLength, options);
    module.webgpuOnCreateSession?.(handle);
    return ort.made('the graph was refused', handle);
  } finally {
    module.unmountExternalData();
    module._free(bytes);
    module._OrtReleaseSessionOptions(options);
  }
}
