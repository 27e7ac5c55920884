import { createEngine } from '@llamella/engine';
import { createKvCache } from '@llamella/kv-cache';
import { createSampler, logprobs, topLogitsNeeded } from '@llamella/sampler';
import { asyncDispose, type Backend, type GraphPlan, type OnProgress } from '@llamella/spec';
import { createLoadedModel, type LoadedModel } from './loaded-model.ts';
import { withMeasured } from './measure-errors.ts';
import type { OpenedModel } from './opened-model.ts';

/** A backend, and what packing its weights found out. */
export interface PackedBackend<Kind extends Backend = Backend> {
  readonly backend: Kind;
  /** Largest error by tensor, where packing measures it. */
  readonly errors: ReadonlyMap<string, number>;
}

/** What a model is made of, beside its files. */
export interface ModelParts {
  readonly plan: GraphPlan;
  readonly createBackend: () => Promise<PackedBackend>;
  readonly recommendedSystemPrompt: string | undefined;
  /** When loading began, in milliseconds of `performance.now`. */
  readonly started: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads tokenizer and template, has the backend made, and puts engine, cache and sampler around it. */
export async function composeModel(opened: OpenedModel, parts: ModelParts): Promise<LoadedModel> {
  const { plan, signal } = parts;
  const { config } = opened.checkpoint;
  const tokenizer = await opened.loadTokenizer(signal);
  const chatTemplate = await opened.chatTemplate(tokenizer, signal);
  const { backend, errors } = await parts.createBackend();
  try {
    signal?.throwIfAborted();
    const { contextLength } = plan.interface;
    const cache = createKvCache({ storage: backend.storage, contextLength });
    const engine = createEngine({ backend, tokenizer, cache, createSampler, topLogitsNeeded, logprobs });
    parts.onProgress?.({ phase: 'compile', loaded: 1, total: 1 });
    return createLoadedModel({
      name: config.name ?? lastPart(opened.location),
      config,
      contextLength,
      tokenizer,
      fidelity: withMeasured(plan.fidelity, errors),
      notes: opened.notes,
      loadMs: performance.now() - parts.started,
      engine,
      backend,
      recommendedSystemPrompt: parts.recommendedSystemPrompt,
      recommendedSampling: opened.recommendedSampling,
      chatTemplate,
    });
  } catch (error) {
    await backend[asyncDispose]();
    throw error;
  }
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
