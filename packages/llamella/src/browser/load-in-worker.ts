import { modelName, systemPrompt } from '@llamella/model-smollm2-135m-instruct';
import { requireMemory, type WebBackend } from '@llamella/runtime-web';
import { LlamellaError, type OnProgress } from '@llamella/spec';
import { composeModel, type PackedBackend } from '../compose-model.ts';
import { ensureExact } from '../ensure-exact.ts';
import type { LoadedModel } from '../loaded-model.ts';
import { withMeasured } from '../measure-errors.ts';
import type { OpenedModel } from '../opened-model.ts';
import { plainError } from '../worker-error.ts';
import { afterFailure, chooseWebDevice, profileFor, TOO_LARGE, type WebChoice } from './choose-device.ts';
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
  for (let choice = await asked; ; ) {
    try {
      return await loadOn(choice, found, request, { ...context, started });
    } catch (error) {
      context.signal.throwIfAborted();
      const instead = afterFailure(choice, request, error);
      if (instead === undefined) throw error;
      choice = instead;
    }
  }
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
  const planFor = (model: OpenedModel, on: WebChoice) =>
    model.plan({
      profile: profileFor(on, exact),
      ...(contextLength !== undefined && { contextLength }),
      ...(maximumTensorBytes !== undefined && { maximumTensorBytes }),
    });
  const plan = planFor(opened, choice);
  requireMemory(plan, device);
  let running = choice;
  if (exact) ensureExact(plan, opened.checkpoint.name);
  const isEmbedded = 'text' in request.reference && request.reference.text === undefined;
  let first: PackedBackend<WebBackend> | undefined;
  const createBackend = async () => {
    first = await createStreamedBackend(plan, found, request, { device, signal, onProgress });
    const backend = new RecoveringBackend(first.backend, {
      async create(capacity, cause) {
        const quiet = { signal: new AbortController().signal, onProgress: () => {} };
        const again = await openReference(request.reference, quiet);
        await using _ = again.opened;
        if (cause === 'overflow') running = { ...choice, float16: false };
        const plan = planFor(again.opened, running);
        const options = { device, capacity, ...quiet };
        const { backend, errors } = await createStreamedBackend(plan, again, request, options);
        const fidelity = withMeasured(plan.fidelity, errors);
        if (cause === 'overflow') notice({ kind: 'float32', note: TOO_LARGE, fidelity });
        return backend;
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
  const chatProblem = whyNoChat(model);
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
      ...(chatProblem !== undefined && { chatProblem }),
      ...(recommendedSystemPrompt !== undefined && { recommendedSystemPrompt }),
      ...(recommendedSampling !== undefined && { recommendedSampling }),
    },
  };
}

/** What is wrong with the model's chat template, before anybody asks a question. */
function whyNoChat(model: LoadedModel): string | undefined {
  try {
    model.encodeChat([{ role: 'user', content: 'Hello' }]);
    return undefined;
  } catch (error) {
    if (LlamellaError.isInstance(error)) return error.message;
    throw error;
  }
}
