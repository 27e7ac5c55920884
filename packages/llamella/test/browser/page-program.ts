/** Runs in the page: models by number, for the tests in Node to call. */
import {
  type BrowserLoadOptions,
  type BrowserModel,
  createModelStore,
  detectSupport,
  type LlamellaError,
  loadBrowserModel,
} from '../../src/browser/index.ts';

/** What crosses to Node: a value, or an error. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly error: { readonly name: string; readonly code?: string; readonly message: string } };

/** A file for the page to make. */
export interface MadeFile {
  readonly name: string;
  readonly address: string;
  /** Of the file at the address, the bytes that the file gets. Default: all. */
  readonly length?: number;
}

let lastId = 0;
const models = new Map<number, BrowserModel>();

/** Settles to what can cross. */
async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    const { name, code, message } = error as LlamellaError;
    return { error: { name, ...(code && { code }), message } };
  }
}

const makeFile = async ({ name, address, length }: MadeFile) => {
  const bytes = await (await fetch(address)).arrayBuffer();
  return new File([bytes.slice(0, length)], name);
};

const createWorker = () => new Worker('/model-worker.js', { type: 'module' });

const program = {
  store: createModelStore({ createWorker }),
  models,
  answer,
  makeFile,
  detectSupport,
  load: (reference: string | MadeFile[] | undefined, options: BrowserLoadOptions = {}) =>
    answer(async () => {
      const given = Array.isArray(reference) ? await Promise.all(reference.map(makeFile)) : reference;
      const progress: string[] = [];
      const model = await loadBrowserModel(given, {
        wasmPaths: '/onnxruntime-web/',
        createWorker,
        runtimeWorker: '/runtime-worker.js',
        onProgress: ({ phase }) => {
          if (progress.at(-1) !== phase) progress.push(phase);
        },
        ...options,
      });
      const id = ++lastId;
      models.set(id, model);
      const { name, device, threads, notes, contextLength, loadMs } = model;
      return { id, name, device, threads, notes, contextLength, loadMs, progress };
    }),
  generate: (id: number, prompt: string | number[], options: Parameters<BrowserModel['generate']>[1] = {}) =>
    answer(async () => {
      const given = Array.isArray(prompt) ? Uint32Array.from(prompt) : prompt;
      const parts = [];
      for await (const part of models.get(id)!.generate(given, options)) parts.push(part);
      return parts;
    }),
  chat: (id: number, ...call: Parameters<BrowserModel['chat']>) =>
    answer(async () => {
      const parts = [];
      for await (const part of models.get(id)!.chat(...call)) parts.push(part);
      return parts;
    }),
  dispose: (id: number) =>
    answer(async () => {
      await models.get(id)![Symbol.asyncDispose]();
      models.delete(id);
    }),
};

/** Of {@link program}. */
export type PageProgram = typeof program;

declare global {
  var llamella: PageProgram;
}

globalThis.llamella = program;
