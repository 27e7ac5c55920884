import { type BuildGraphOptions, buildGraph, cpuExactProfile } from '@llamella/graph';
import { createNodeBackend, type NodeBackendOptions } from '@llamella/runtime-node';
import type { Backend } from '@llamella/spec';
import { packPlan, type TinyModel } from './tiny-model.ts';

export interface OpenOptions extends NodeBackendOptions, Partial<BuildGraphOptions> {}

/** A backend over a model in memory, on two threads and in float32 unless told otherwise. */
export async function openBackend(
  model: Pick<TinyModel, 'checkpoint'>,
  { profile = cpuExactProfile, contextLength, ...options }: OpenOptions = {},
): Promise<Backend> {
  const plan = buildGraph(model.checkpoint, {
    profile,
    ...(contextLength !== undefined && { contextLength }),
  });
  return createNodeBackend(plan, await packPlan(plan, model.checkpoint), { threads: 2, ...options });
}

/** Token ids that differ, below 96. */
export function someTokens(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, index) => (index * 37 + 5) % 96);
}

/** A model that takes a few hundred milliseconds for 2,000 tokens on two threads. */
export const slowModel = {
  contextLength: 2048,
  hiddenSize: 256,
  intermediateSize: 1024,
  layerCount: 8,
  headCount: 4,
  keyValueHeadCount: 2,
  headSize: 64,
} as const;
