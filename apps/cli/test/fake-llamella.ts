import { setTimeout as sleep } from 'node:timers/promises';
import { createGrammarCompiler } from '@llamella/grammar';
import {
  type ChatMessage,
  type FinishReason,
  type GenerateOptions,
  type GenerationPart,
  InvalidArgumentError,
  LlamellaError,
  type ModelConfig,
  type Tokenizer,
} from '@llamella/spec';
import type {
  ConvertOptions,
  ConvertReport,
  Llamella,
  LoadedModel,
  LoadOptions,
  ModelReport,
} from '../src/llamella.ts';

export interface FakeOptions {
  /** Pieces of the answer to a prompt or to the last message. Default: `You said: TEXT`, word by word. */
  readonly answer?: (text: string) => readonly string[];
  readonly finishReason?: FinishReason;
  /** Sees the options of a generation when it begins. */
  readonly onGenerate?: (options: GenerateOptions) => void;
  readonly pieceMs?: number;
  readonly loadMs?: number;
  /** Messages in all that fit the context. */
  readonly mostMessages?: number;
  readonly contextLength?: number;
}

export interface Call {
  readonly input: string | Uint32Array | readonly ChatMessage[];
  readonly options: GenerateOptions;
}

/** What the fake was asked for. */
export interface FakeRecord {
  readonly loads: { reference: string | undefined; options: LoadOptions }[];
  readonly calls: Call[];
  readonly conversions: { reference: string | undefined; out: string; options: ConvertOptions }[];
  disposed: number;
}

const config: ModelConfig = {
  architecture: 'llama',
  contextLength: 8192,
  vocabularySize: 257,
  hiddenSize: 576,
  intermediateSize: 1536,
  layerCount: 30,
  headCount: 9,
  keyValueHeadCount: 3,
  headSize: 64,
  normEpsilon: 1e-5,
  ropeTheta: 100000,
  ropeScaling: { kind: 'divisors', divisors: new Float32Array([1, 2.5]) },
  ropeInterleaved: true,
  tiedEmbeddings: true,
};

/** Token ids are the bytes of the text; 256 is `<s>`, which is put in front. */
export const byteTokenizer: Tokenizer = {
  vocabularySize: 257,
  specialTokenIds: { bos: 256 },
  endOfGenerationIds: new Set(),
  encode: (text, { addSpecialTokens = true } = {}) =>
    Uint32Array.from([...(addSpecialTokens ? [256] : []), ...Buffer.from(text)]),
  decode: (ids, { skipSpecialTokens = false } = {}) =>
    Array.from(ids, (id) => (id < 256 ? String.fromCharCode(id) : skipSpecialTokens ? '' : '<s>')).join(''),
  createDecoder: () => ({ push: (id) => String.fromCharCode(id), flush: () => '' }),
  idToToken: (id) => String.fromCharCode(id),
  tokenToId: (token) => token.charCodeAt(0),
  tokenBytes: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array()),
};

export const fakeConversion: ConvertReport = {
  ...{
    name: 'fake-135m',
    sources: ['fake.gguf'],
    from: 'gguf',
    to: 'gguf',
    files: [],
    bytes: 4096,
    notes: [],
  },
  tensors: [
    { tensor: 'a', from: 'Q4_K', to: 'Q8_0', kind: 're-encoded', largestError: 0.01, relativeError: 0.004 },
    { tensor: 'b', from: 'Q4_K', to: 'Q8_0', kind: 're-encoded', largestError: 0.02, relativeError: 0.0061 },
    { tensor: 'c', from: 'F32', to: 'F32', kind: 'exact', largestError: 0, relativeError: 0 },
  ],
};

const fakeReport: ModelReport = {
  name: 'fake-135m',
  files: ['a-folder-of-models/model-00001.gguf', 'model-00002.gguf'],
  format: 'gguf',
  device: 'cpu',
  config,
  tensors: [
    { name: 'token_embd.weight', type: 'Q8_0', shape: [257, 576], byteLength: 157_284 },
    { name: 'blk.0.attn_q.weight', type: 'Q4_K', shape: [576, 576], byteLength: 186_624 },
    { name: 'blk.1.attn_q.weight', type: 'Q4_K', shape: [576, 576], byteLength: 186_624 },
    { name: 'output_norm.weight', type: 'F32', shape: [576], byteLength: 2304 },
    { name: 'unused.weight', type: 'F32', shape: [4], byteLength: 16 },
  ],
  fidelity: [
    { tensor: 'token_embd.weight', kind: 'exact', bound: 0, runsAs: 'MatMulNBits 8-bit, block 32' },
    ...['blk.0.attn_q.weight', 'blk.1.attn_q.weight'].map((tensor) => ({
      ...{ tensor, kind: 're-gridded' as const, bound: 1 / 32, runsAs: 'MatMulNBits 8-bit, block 32' },
    })),
    { tensor: 'output_norm.weight', kind: 'decoded', bound: 0, runsAs: 'float32' },
  ],
  notes: [],
  weightBytes: 532_852,
  parameters: 134_515_008,
};

/** A library without a model in it: it answers with what it was asked. */
export function createFakeLlamella(fake: FakeOptions = {}): { llamella: Llamella; record: FakeRecord } {
  const record: FakeRecord = { loads: [], calls: [], conversions: [], disposed: 0 };
  const words = fake.answer ?? ((text: string) => `You said: ${text}`.split(/(?<= )/));

  async function* stream(text: string, promptTokens: number, options: GenerateOptions) {
    fake.onGenerate?.(options);
    const pieces = words(text).slice(0, options.maxTokens);
    for (const [i, piece] of pieces.entries()) {
      if (fake.pieceMs) await sleep(fake.pieceMs, undefined, { signal: options.signal }).catch(() => {});
      options.signal?.throwIfAborted();
      yield { text: piece, tokens: [i], ...logprobsOf(i, options) };
    }
    const last: GenerationPart = {
      text: '',
      tokens: [],
      finishReason: fake.finishReason ?? (pieces.length < words(text).length ? 'length' : 'stop'),
      timings: {
        ...{ promptTokens, cachedTokens: 2, promptMs: 10, firstTokenMs: 12 },
        ...{ generatedTokens: pieces.length, generateMs: 20 },
      },
    };
    yield last;
  }

  const llamella: Llamella = {
    async loadModel(reference, options = {}) {
      record.loads.push({ reference, options });
      if (reference === 'missing.gguf') throw new LlamellaError('not-found', 'missing.gguf: no such file');
      for (const loaded of [0, 50, 100]) {
        options.onProgress?.({ phase: 'read', loaded, total: 100 });
        if (fake.loadMs) await sleep(fake.loadMs / 3, undefined, { signal: options.signal }).catch(() => {});
        options.signal?.throwIfAborted();
      }
      const model: LoadedModel = {
        name: 'fake-135m',
        device: options.device ?? 'cpu',
        config,
        contextLength: options.contextLength ?? fake.contextLength ?? config.contextLength,
        tokenizer: byteTokenizer,
        fidelity: fakeReport.fidelity,
        notes: [],
        loadMs: 5,
        grammars: createGrammarCompiler(byteTokenizer),
        generate(prompt, generateOptions = {}) {
          record.calls.push({ input: prompt, options: generateOptions });
          return typeof prompt === 'string'
            ? stream(prompt, byteTokenizer.encode(prompt).length, generateOptions)
            : stream('x '.repeat(generateOptions.maxTokens ?? 8), prompt.length, generateOptions);
        },
        chat(messages, generateOptions = {}) {
          record.calls.push({ input: messages, options: generateOptions });
          if (messages.length > (fake.mostMessages ?? Number.POSITIVE_INFINITY))
            throw new LlamellaError('context-full', 'the prompt is longer than the context');
          return stream(String(messages.at(-1)!.content), messages.length * 10, generateOptions);
        },
        encodeChat: (messages) => byteTokenizer.encode(String(messages.at(-1)!.content)),
        async [Symbol.asyncDispose]() {
          record.disposed++;
        },
      };
      return model;
    },
    async convertModel(reference, out, options = {}) {
      record.conversions.push({ reference, out, options });
      options.onProgress?.({ phase: 'convert', loaded: 3, total: 4 });
      return { ...fakeConversion, files: [{ path: out, bytes: 4096 }] };
    },
    inspectModel: async (_, options) =>
      options?.measure
        ? {
            ...fakeReport,
            fidelity: fakeReport.fidelity.map((entry, index) =>
              entry.kind === 're-gridded' ? { ...entry, measured: index / 64 } : entry,
            ),
          }
        : fakeReport,
    async loadTokenizer(reference) {
      if (reference === 'bad') throw new InvalidArgumentError('tokenizer', 'not a tokenizer');
      return byteTokenizer;
    },
  };
  return { llamella, record };
}

function logprobsOf(token: number, { logprobs }: GenerateOptions): Partial<GenerationPart> {
  if (logprobs === undefined) return {};
  return { logprobs: [{ token, logprob: -0.5, top: [{ token, logprob: -0.5 }].slice(0, logprobs) }] };
}
