import { modelName, systemPrompt } from '@llamella/model-smollm2-135m-instruct';
import { createWebBackend, type WebBackend } from '@llamella/runtime-web';
import type { OnProgress } from '@llamella/spec';
import { composeModel, type PackedBackend } from '../compose-model.ts';
import { ensureExact } from '../ensure-exact.ts';
import type { LoadedModel } from '../loaded-model.ts';
import type { OpenedModel } from '../opened-model.ts';
import { chooseWebDevice, profileFor, type WebChoice } from './choose-device.ts';
import type { DescribedModel, LoadRequest } from './messages.ts';
import { openReference } from './open-reference.ts';
import { packStream } from './pack-stream.ts';

/** A model in the worker, and what the page is told of it. */
export interface ServedModel {
  readonly model: LoadedModel;
  readonly described: DescribedModel;
}

/** How a load reports and ends. */
export interface LoadContext {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Loads a model into this worker; its graph runs in a worker beneath. */
export async function loadInWorker(request: LoadRequest, context: LoadContext): Promise<ServedModel> {
  const started = performance.now();
  const { signal, onProgress } = context;
  const asked = chooseWebDevice(request.device);
  await using opened = await openReference(request.reference, context);
  opened.checkArchitecture();
  const choice = await asked;
  return await loadOn(choice, opened, request, { signal, onProgress, started });
}

async function loadOn(
  choice: WebChoice,
  opened: OpenedModel,
  request: LoadRequest,
  { signal, onProgress, started }: LoadContext & { readonly started: number },
): Promise<ServedModel> {
  const { device } = choice;
  const { contextLength, exact } = request;
  const plan = opened.plan({
    profile: profileFor(device, exact),
    ...(contextLength !== undefined && { contextLength }),
  });
  if (exact) ensureExact(plan, opened.checkpoint.name);
  let threads = 1;
  const createBackend = async (): Promise<PackedBackend<WebBackend>> => {
    const errors = new Map<string, number>();
    const weights = packStream(plan, opened.checkpoint, { signal, onProgress, errors });
    const backend = await createWebBackend(
      plan,
      reportEnd(weights, onProgress),
      backendOptions(request, device, signal),
    );
    threads = backend.threads;
    return { backend, errors };
  };
  const isEmbedded = 'text' in request.reference && request.reference.text === undefined;
  const model = await composeModel(opened, {
    plan,
    createBackend,
    recommendedSystemPrompt: isEmbedded ? systemPrompt : undefined,
    started,
    onProgress,
    signal,
  });
  const { config, fidelity, recommendedSystemPrompt, recommendedSampling } = model;
  return {
    model,
    described: {
      name: isEmbedded ? modelName : model.name,
      device,
      threads,
      config,
      contextLength: model.contextLength,
      fidelity,
      notes: [...model.notes, ...choice.notes],
      ...(recommendedSystemPrompt !== undefined && { recommendedSystemPrompt }),
      ...(recommendedSampling !== undefined && { recommendedSampling }),
    },
  };
}

function backendOptions(request: LoadRequest, device: WebChoice['device'], signal: AbortSignal) {
  const { threads, slots, wasmPaths, runtimeWorker } = request;
  return {
    device,
    signal,
    ...(threads !== undefined && { threads }),
    ...(slots !== undefined && { slots }),
    ...(wasmPaths !== undefined && { wasmPaths }),
    ...(runtimeWorker !== undefined && {
      createWorker: () => new Worker(runtimeWorker, { type: 'module' }),
    }),
  };
}

/** Says that compiling begins when the last piece is there. */
async function* reportEnd<T>(pieces: AsyncIterable<T>, onProgress: OnProgress): AsyncGenerator<T> {
  yield* pieces;
  onProgress({ phase: 'compile', loaded: 0, total: 1 });
}
