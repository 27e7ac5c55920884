import { LlamellaError } from '@llamella/spec';
import { compile } from './compile.ts';
import { compileForGpu } from './compile-gpu.ts';
import { FileWeights } from './file-weights.ts';
import { type OpenGpu, openGpu } from './gpu-device.ts';
import { HalfSession } from './half-session.ts';
import { loadModule } from './load-module.ts';
import type { CompileRequest, CrossingError, WorkerAnswer, WorkerCalls, WorkerRequest } from './messages.ts';
import { Ort } from './ort.ts';
import type { Session } from './session.ts';
import { WeightChunks } from './weight-chunks.ts';

/** The worker's end of the channel. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(answer: WorkerAnswer, transfer: Transferable[]): void;
}

/** What a worker's calls do. One backend lives in one worker. */
type Calls = {
  readonly [K in keyof WorkerCalls]: (
    argument: Parameters<WorkerCalls[K]>[0],
  ) => Promise<ReturnType<WorkerCalls[K]>>;
};

/** Lets a worker answer; requests are taken one at a time, in their order. */
export function serveWorker(scope: WorkerScope): void {
  const calls = createCalls((event) => scope.postMessage(event, []));
  let last: Promise<void> = Promise.resolve();
  scope.onmessage = ({ data }) => {
    last = last.then(async () => {
      const { id } = data;
      try {
        const result = await (calls[data.call] as (argument: unknown) => Promise<never>)(data.argument);
        scope.postMessage(
          { id, result },
          ArrayBuffer.isView(result) ? [(result as Uint8Array<ArrayBuffer>).buffer] : [],
        );
      } catch (error) {
        scope.postMessage({ id, error: crossing(error) }, []);
      }
    });
  };
}

/** @param tell called when the GPU is lost, and with notes */
function createCalls(tell: (event: { readonly lost: string } | { readonly note: string }) => void): Calls {
  let ort: Ort | undefined;
  let weights: WeightChunks | undefined;
  let file: FileWeights | undefined;
  let session: Session | undefined;
  let gpu: OpenGpu | undefined;
  const whileThere = <T>(work: () => Promise<T>) => gpu?.whileThere(work) ?? work();
  return {
    async load({ byteLength, largest, float16, ...options }) {
      if (options.device === 'webgpu') gpu = await openGpu({ largest, float16 }, (lost) => tell({ lost }));
      const { module, threads } = await loadModule(options);
      ort = new Ort(module);
      weights = new WeightChunks(byteLength);
      return { threads, software: gpu?.description.software ?? false };
    },
    async weights(bytes) {
      weights!.push(bytes);
      return undefined;
    },
    async weightsFile(handle) {
      file = await FileWeights.open(handle, weights!.byteLength);
      return undefined;
    },
    async compile(request: CompileRequest) {
      const mounted = file ?? weights!;
      try {
        const compiled = await whileThere(() =>
          gpu === undefined
            ? compile(ort!, request, mounted)
            : compileForGpu(ort!, gpu, request, mounted, (note) => tell({ note })),
        );
        session =
          request.graph.cacheType === 'float16' ? await whileThere(() => tried(compiled, request)) : compiled;
      } catch (error) {
        file?.check();
        throw error;
      } finally {
        file?.close();
        file = weights = undefined;
      }
      return undefined;
    },
    forward: (request) => whileThere(() => session!.run(request)),
    grow: ({ capacity, lengths }) =>
      whileThere(async () => {
        session!.grow(capacity, lengths);
        return undefined;
      }),
  };
}

async function tried(session: Session, { graph, capacity }: CompileRequest): Promise<Session> {
  const half = new HalfSession(session);
  await half.tryOut(graph, capacity);
  return half;
}

/** Errors that are none of ours come from WebAssembly: no memory, or an abort. */
function crossing(error: unknown): CrossingError {
  if (LlamellaError.isInstance(error)) return { code: error.code, message: error.message };
  return { code: 'backend', message: `ONNX Runtime ended: ${String(error)}` };
}
