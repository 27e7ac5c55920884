import {
  createByteTokenizer,
  createReferenceSampler,
  FakeBackend,
  type FakeBackendOptions,
} from '@llamella/conformance';
import { type ComputeLogprobs, createEngine, type EngineGenerateOptions } from '@llamella/engine';
import { createKvCache, type KvCacheOptions } from '@llamella/kv-cache';
import type {
  FinishReason,
  GenerationPart,
  KvCache,
  Sampler,
  SamplingOptions,
  Tokenizer,
} from '@llamella/spec';

export interface SetupOptions extends FakeBackendOptions {
  readonly cache?: Partial<KvCacheOptions>;
  readonly tokenizer?: Tokenizer;
  /** Ids that the sampler may choose. Default: all. */
  readonly allowed?: readonly number[];
  readonly logprobs?: ComputeLogprobs;
  readonly topLogitsNeeded?: (options: SamplingOptions) => number | undefined;
  /** Default: one over the allowed ids that samples as the options say. */
  readonly createSampler?: (options: SamplingOptions) => Sampler;
}

/** A sampler over some of the vocabulary, so that a model of random bytes writes readable text. */
export function createSampler(options: SamplingOptions, allowed?: readonly number[]): Sampler {
  const sampler = createReferenceSampler(options);
  return {
    sample(logits, tokens, tokenCount, mask) {
      for (let id = 0; mask && id < logits.length; id++) {
        if (((mask[id >> 5]! >>> (id % 32)) & 1) === 0) logits[id] = Number.NEGATIVE_INFINITY;
      }
      if (allowed) {
        const kept = new Set(allowed);
        for (let id = 0; id < logits.length; id++) if (!kept.has(id)) logits[id] = Number.NEGATIVE_INFINITY;
      }
      return sampler.sample(logits, tokens, tokenCount);
    },
  };
}

export function setup(options: SetupOptions = {}) {
  const backend = new FakeBackend(options);
  const tokenizer = options.tokenizer ?? createByteTokenizer();
  const cache: KvCache = createKvCache({
    storage: backend.storage,
    contextLength: backend.info.contextLength,
    initialCapacity: 8,
    ...options.cache,
  });
  const engine = createEngine({
    backend,
    tokenizer,
    cache,
    createSampler: options.createSampler ?? ((sampling) => createSampler(sampling, options.allowed)),
    ...(options.topLogitsNeeded && { topLogitsNeeded: options.topLogitsNeeded }),
    ...(options.logprobs && { logprobs: options.logprobs }),
  });
  return { backend, tokenizer, cache, engine };
}

export interface Result {
  readonly text: string;
  readonly tokens: number[];
  readonly finishReason: FinishReason | undefined;
  readonly parts: GenerationPart[];
  readonly last: GenerationPart;
}

export async function collect(parts: AsyncIterable<GenerationPart>): Promise<Result> {
  const all: GenerationPart[] = [];
  for await (const part of parts) all.push(part);
  return {
    text: all.map((part) => part.text).join(''),
    tokens: all.flatMap((part) => [...part.tokens]),
    finishReason: all.at(-1)?.finishReason,
    parts: all,
    last: all.at(-1)!,
  };
}

/** What a generation should give, by a plain loop over a fresh model: one prefill step, no cache, no engine. */
export async function plainGenerate(
  setupOptions: SetupOptions,
  prompt: Uint32Array,
  options: EngineGenerateOptions = {},
): Promise<number[]> {
  const { onStep: _, ...rest } = setupOptions;
  const contextLength = rest.contextLength ?? 64;
  const backend = new FakeBackend({ ...rest, slots: 1, capacity: contextLength });
  const sampler = createSampler(options, rest.allowed);
  const ids = [...prompt];
  let logits = await backend.forward({ slot: 0, position: 0, tokens: prompt, logits: 'last' });
  for (;;) {
    const token = sampler.sample(logits, Uint32Array.from(ids), ids.length);
    const ends = token === 257 && !options.ignoreEndOfGeneration;
    if (ends || options.stopTokens?.includes(token)) break;
    ids.push(token);
    if (ids.length - prompt.length >= (options.maxTokens ?? Number.POSITIVE_INFINITY)) break;
    if (ids.length >= contextLength) break;
    logits = await backend.forward({
      slot: 0,
      position: ids.length - 1,
      tokens: Uint32Array.of(token),
      logits: 'last',
    });
  }
  return ids.slice(prompt.length);
}

export const letters = (text: string): number[] => [...new TextEncoder().encode(text)];
