import { LlamellaError, type PositionLogprobs } from '@llamella/spec';
import type { BrowserModel, BrowserSupport, LoadBrowserModel, ModelStore, StoredModel } from 'llamella';

/** What the model of a test does; a test puts it into `window.scripted` before the page runs. */
export interface Script {
  /** Answers in turn; the last one goes on answering. */
  readonly answers?: readonly string[];
  /** Milliseconds from token to token. */
  readonly tokenMs?: number;
  /** Tokens that come at once; default 1. */
  readonly burst?: number;
  /** Milliseconds that loading takes. */
  readonly loadMs?: number;
  /** Loading fails with this. */
  readonly loadError?: { readonly code: 'network' | 'no-space' | 'invalid-file'; readonly message: string };
  readonly models?: readonly StoredModel[];
  /** Why the model cannot chat. */
  readonly chatProblem?: string;
}

declare global {
  var scripted: Script | undefined;
  /** Ends the model as a lost GPU does. */
  var loseModel: ((done: boolean) => void) | undefined;
}

const script = (): Script => globalThis.scripted ?? {};
const wait = (milliseconds: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });

const vocabulary: string[] = [];
const idOf = (text: string) => {
  const known = vocabulary.indexOf(text);
  return known >= 0 ? known : vocabulary.push(text) - 1;
};
const split = (text: string) => text.match(/\s*\S{1,6}|\s+$/g) ?? [];

/** The interface of `llamella`, with a model that says what a test wrote. */
export const hasStorage = async (): Promise<boolean> => true;

export const loadBrowserModel: LoadBrowserModel = async (reference, { onProgress, signal } = {}) => {
  const { loadMs = 60, loadError } = script();
  const total = 98_000_000;
  const isRemote = typeof reference === 'string' && /^(?:hf:|https?:)/.test(reference);
  for (const phase of isRemote ? ['download', 'read', 'pack'] : ['read', 'pack']) {
    for (let step = 0; step <= 10; step++) {
      const file = `model-0000${step < 5 ? 1 : 2}-of-00002.gguf`;
      const fileLoaded = step < 5 ? step * 12_000_000 : (step - 5) * 8_000_000;
      onProgress?.({
        phase,
        loaded: (total / 10) * step,
        total,
        ...(phase === 'download' && { file, fileLoaded, fileTotal: 49_000_000 }),
      });
      await wait(loadMs / 20, signal);
      if (loadError && step === 4) throw new LlamellaError(loadError.code, loadError.message);
    }
  }
  return createModel(typeof reference === 'string' ? reference : (reference?.[0]?.name ?? ''));
};

function createModel(reference: string): BrowserModel {
  let answered = 0;
  let lose: (error: LlamellaError) => void = () => undefined;
  const lost = new Promise<LlamellaError>((resolve) => {
    lose = resolve;
  });
  const model: BrowserModel = {
    name: reference === '' ? 'SmolLM2 135M Instruct' : reference.replace(/^.*[/:]/, ''),
    device: 'wasm',
    threads: 2,
    ...(script().chatProblem !== undefined && { chatProblem: script().chatProblem! }),
    config: {} as BrowserModel['config'],
    contextLength: 2048,
    fidelity: [],
    notes: ['Weights of 4 bits are computed with 8 bits here.'],
    loadMs: 1234,
    recommendedSystemPrompt: 'You are a helpful AI assistant.',
    recommendedSampling: { temperature: 0.2, topP: 0.9 },
    lost,
    async *chat(messages, { signal, logprobs, maxTokens = Number.POSITIVE_INFINITY } = {}) {
      const { answers = ['The capital of France is **Paris**.'], tokenMs = 5, burst = 1 } = script();
      const text = answers[Math.min(answered++, answers.length - 1)]!;
      const start = performance.now();
      const pieces = split(text);
      const promptTokens = messages.reduce((sum, { content }) => sum + split(String(content)).length + 4, 0);
      let first = 0;
      let count = 0;
      for (const piece of pieces) {
        if (count >= maxTokens) break;
        if (count % burst === 0) await wait(tokenMs, signal);
        if (count++ === 0) first = performance.now() - start;
        const token = idOf(piece);
        yield {
          text: piece,
          tokens: [token],
          ...(logprobs && { logprobs: [choices(token, count, logprobs)] }),
        };
      }
      yield {
        text: '',
        tokens: [],
        finishReason: count < pieces.length ? 'length' : 'stop',
        timings: {
          promptTokens,
          cachedTokens: 0,
          promptMs: first,
          firstTokenMs: first,
          generatedTokens: count,
          generateMs: performance.now() - start - first,
        },
      };
    },
    generate: () => {
      throw new Error('the page does not use this');
    },
    countTokens: async (messages) =>
      messages.reduce((sum, { content }) => sum + split(String(content)).length + 4, 0),
    tokenize: async (text) => ({ ids: split(text).map(idOf), pieces: split(text) }),
    pieces: async (ids) => ids.map((id) => vocabulary[id] ?? '\uFFFD'),
    [Symbol.asyncDispose]: async () => undefined,
  };
  globalThis.loseModel = (isBack) => {
    if (isBack) {
      model.onRecovery?.({ done: false, reason: 'the GPU was lost' });
      setTimeout(() => model.onRecovery?.({ done: true, reason: 'the GPU was lost' }), 400);
    } else lose(new LlamellaError('backend', 'the GPU was lost twice'));
  };
  return model;
}

function choices(token: number, at: number, count: number): PositionLogprobs {
  const share = [0.97, 0.8, 0.55, 0.3, 0.12, 0.03][at % 6]!;
  const others = Array.from({ length: count - 1 }, (_, index) => ({
    token: idOf([' other', ' maybe', ' and\n', ' not'][index % 4]!),
    logprob: Math.log(((1 - share) * 0.6) / 2 ** index),
  }));
  const own = { token, logprob: Math.log(share) };
  return { ...own, top: [own, ...others].sort((a, b) => b.logprob - a.logprob) };
}

export function createModelStore(): ModelStore {
  let models = [...(script().models ?? [])];
  return {
    list: async () => ({ models, usageBytes: 1_400_000_000, quotaBytes: 12_000_000_000, persisted: false }),
    pull: () => Promise.reject(new Error('the page does not use this')),
    async import(files) {
      const { name, size } = files[0]!;
      const model: StoredModel = {
        reference: `kept:${name}`,
        name,
        format: 'gguf',
        bytes: size,
        packedBytes: 0,
        lastUsed: Date.now(),
        isComplete: true,
      };
      models = [...models, model];
      return model;
    },
    async remove(reference) {
      models = models.filter((model) => model.reference !== reference);
    },
    persist: async () => true,
  };
}

export const detectSupport = async (): Promise<BrowserSupport> => ({
  webgpu: { available: false, reason: 'this browser has no WebGPU' },
  wasm: { available: true, threads: 2 },
  storage: { available: true, persisted: false, usageBytes: 1_400_000_000, quotaBytes: 12_000_000_000 },
  device: 'wasm',
  notes: ['Models run on the processor, with two threads.'],
});
