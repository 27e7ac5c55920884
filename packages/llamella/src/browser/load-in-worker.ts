import { modelName, systemPrompt } from '@llamella/model-smollm2-135m-instruct';
import type { WebBackend } from '@llamella/runtime-web';
import { LlamellaError, type OnProgress } from '@llamella/spec';
import { composeModel, type PackedBackend } from '../compose-model.ts';
import { ensureExact } from '../ensure-exact.ts';
import type { LoadedModel } from '../loaded-model.ts';
import { plainError } from '../worker-error.ts';
import { chooseWebDevice, onProcessor, profileFor, type WebChoice } from './choose-device.ts';
import { createStreamedBackend } from './create-streamed-backend.ts';
import type { DescribedModel, LoadRequest, Notice } from './messages.ts';
import { type FoundModel, openReference } from './open-reference.ts';
import { RecoveringBackend } from './recovering-backend.ts';

/** A model in the worker, and what the page is told of it. */
export interface ServedModel {
  readonly model: LoadedModel;
  readonly described: DescribedModel;
}

/** How a load reports and ends. */
export interface LoadContext {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly notice: (notice: Notice) => void;
}

/** Loads a model into this worker; its graph runs in a worker beneath. */
export async function loadInWorker(request: LoadRequest, context: LoadContext): Promise<ServedModel> {
  const started = performance.now();
  const asked = chooseWebDevice(request.device);
  // It is awaited later; until then its failure is no unhandled one.
  asked.catch(() => undefined);
  const found = await openReference(request.reference, context);
  await using opened = found.opened;
  opened.checkArchitecture();
  const choice = await asked;
  try {
    return await loadOn(choice, found, request, { ...context, started });
  } catch (error) {
    context.signal.throwIfAborted();
    if (request.device !== 'auto' || choice.device === 'wasm' || !isOfDevice(error)) throw error;
    const instead = onProcessor(`the GPU could not run it (${error.message})`);
    return await loadOn(instead, found, request, { ...context, started });
  }
}

/** Whether another device may do better. */
function isOfDevice(error: unknown): error is LlamellaError {
  return LlamellaError.isInstance(error) && (error.code === 'backend' || error.code === 'unsupported');
}

async function loadOn(
  choice: WebChoice,
  found: FoundModel,
  request: LoadRequest,
  { started, signal, onProgress, notice }: LoadContext & { readonly started: number },
): Promise<ServedModel> {
  const { opened } = found;
  const { device, maximumTensorBytes } = choice;
  const { contextLength, exact } = request;
  const plan = opened.plan({
    profile: profileFor(device, exact),
    ...(contextLength !== undefined && { contextLength }),
    ...(maximumTensorBytes !== undefined && { maximumTensorBytes }),
  });
  if (exact) ensureExact(plan, opened.checkpoint.name);
  const isEmbedded = 'text' in request.reference && request.reference.text === undefined;
  let first: PackedBackend<WebBackend> | undefined;
  const createBackend = async () => {
    first = await createStreamedBackend(plan, found, request, { device, signal, onProgress });
    const backend = new RecoveringBackend(first.backend, {
      async create(capacity) {
        const quiet = { signal: new AbortController().signal, onProgress: () => {} };
        const again = await openReference(request.reference, quiet);
        await using _ = again.opened;
        return (await createStreamedBackend(plan, again, request, { device, capacity, ...quiet })).backend;
      },
      onRecovery: (event) => notice({ kind: 'recovery', ...event }),
      onLost: (error) => notice({ kind: 'lost', error: plainError(error) }),
    });
    return { backend, errors: first.errors };
  };
  const model = await composeModel(opened, {
    plan,
    createBackend,
    recommendedSystemPrompt: isEmbedded ? systemPrompt : undefined,
    started,
    onProgress,
    signal,
  });
  const { threads, notes } = first!.backend;
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
      notes: [...model.notes, ...choice.notes, ...notes],
      ...(recommendedSystemPrompt !== undefined && { recommendedSystemPrompt }),
      ...(recommendedSampling !== undefined && { recommendedSampling }),
    },
  };
}
