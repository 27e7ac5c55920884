import { modelName, systemPrompt } from '@llamella/model-smollm2-135m-instruct';
import type { OnProgress } from '@llamella/spec';
import { composeModel } from '../compose-model.ts';
import { ensureExact } from '../ensure-exact.ts';
import type { LoadedModel } from '../loaded-model.ts';
import { plainError } from '../worker-error.ts';
import { chooseWebDevice, profileFor, type WebChoice } from './choose-device.ts';
import { createStreamedBackend } from './create-streamed-backend.ts';
import type { DescribedModel, LoadRequest, Notice } from './messages.ts';
import { openReference } from './open-reference.ts';
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
  const { signal, onProgress, notice } = context;
  const asked = chooseWebDevice(request.device);
  const found = await openReference(request.reference, context);
  await using opened = found.opened;
  opened.checkArchitecture();
  const choice = await asked;
  const { contextLength, exact } = request;
  const plan = opened.plan({
    profile: profileFor(choice.device, exact),
    ...(contextLength !== undefined && { contextLength }),
  });
  if (exact) ensureExact(plan, opened.checkpoint.name);
  const isEmbedded = 'text' in request.reference && request.reference.text === undefined;
  let threads = 1;
  const createBackend = async () => {
    const first = await createStreamedBackend(plan, found, request, { ...choice, signal, onProgress });
    threads = first.backend.threads;
    const backend = new RecoveringBackend(first.backend, {
      async create(capacity) {
        const again = await openReference(request.reference, {
          signal: neverAborted(),
          onProgress: () => {},
        });
        await using _ = again.opened;
        const options = { ...choice, capacity, signal: neverAborted(), onProgress: () => {} };
        return (await createStreamedBackend(plan, again, request, options)).backend;
      },
      isLoss,
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
  return {
    model,
    described: describe(model, { name: isEmbedded ? modelName : model.name, threads, choice }),
  };
}

function describe(
  model: LoadedModel,
  { name, threads, choice }: { name: string; threads: number; choice: WebChoice },
): DescribedModel {
  const { config, contextLength, fidelity, recommendedSystemPrompt, recommendedSampling } = model;
  return {
    name,
    device: choice.device,
    threads,
    config,
    contextLength,
    fidelity,
    notes: [...model.notes, ...choice.notes],
    ...(recommendedSystemPrompt !== undefined && { recommendedSystemPrompt }),
    ...(recommendedSampling !== undefined && { recommendedSampling }),
  };
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

function isLoss(error: unknown): boolean {
  return error instanceof Error && /GPU device was lost/.test(error.message);
}
