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

export interface LoadOptions extends BrowserLoadOptions {
  /** Program of the model's worker. */
  readonly modelWorker?: string;
}

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

const workers = new Set<Worker>();

/** Counts the workers that were not ended. */
const createWorker = (program = '/model-worker.js') => {
  const worker = new Worker(program, { type: 'module' });
  const end = worker.terminate.bind(worker);
  worker.terminate = () => {
    workers.delete(worker);
    end();
  };
  workers.add(worker);
  return worker;
};

const store = createModelStore({ createWorker: () => new Worker('/model-worker.js', { type: 'module' }) });

async function packedFolders() {
  const root = await navigator.storage.getDirectory();
  const folder = await (await root.getDirectoryHandle('llamella')).getDirectoryHandle('packed');
  const found: FileSystemDirectoryHandle[] = [];
  for await (const handle of folder.values()) if (handle.kind === 'directory') found.push(handle);
  return found;
}

const program = {
  store,
  models,
  answer,
  makeFile,
  detectSupport,
  load: (
    reference: string | readonly MadeFile[] | undefined,
    { modelWorker, ...options }: LoadOptions = {},
  ) =>
    answer(async () => {
      const given = typeof reference === 'object' ? await Promise.all(reference.map(makeFile)) : reference;
      const progress: string[] = [];
      const model = await loadBrowserModel(given, {
        wasmPaths: '/onnxruntime-web/',
        createWorker: () => createWorker(modelWorker),
        runtimeWorker: '/runtime-worker.js',
        onProgress: ({ phase }) => {
          if (progress.at(-1) !== phase) progress.push(phase);
        },
        ...options,
      });
      const id = ++lastId;
      models.set(id, model);
      const { name, device, threads, notes, chatProblem, contextLength, loadMs } = model;
      return { id, name, device, threads, notes, chatProblem, contextLength, loadMs, progress };
    }),
  generate: (
    id: number,
    prompt: string | readonly number[],
    options: Parameters<BrowserModel['generate']>[1] = {},
  ) =>
    answer(async () => {
      const given = typeof prompt === 'string' ? prompt : Uint32Array.from(prompt);
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
  disposeAll: async () => {
    for (const model of models.values()) await model[Symbol.asyncDispose]();
    models.clear();
  },
  liveWorkers: () => workers.size,
  loadAndAbort: (reference: string) =>
    answer(async () => {
      const controller = new AbortController();
      const onProgress = () => controller.abort(new Error('not now'));
      const options = { wasmPaths: '/onnxruntime-web/', runtimeWorker: '/runtime-worker.js', createWorker };
      await loadBrowserModel(reference, { ...options, onProgress, signal: controller.signal });
    }),
  /** Changes a byte in the middle of all packed weights. */
  damagePacked: async () => {
    for (const folder of await packedFolders()) {
      const file = await folder.getFileHandle('weights.bin');
      const stream = await file.createWritable({ keepExistingData: true });
      const position = Math.floor((await file.getFile()).size / 2);
      const [byte] = new Uint8Array(await (await file.getFile()).slice(position, position + 1).arrayBuffer());
      await stream.write({ type: 'write', position, data: Uint8Array.of(byte! ^ 1) });
      await stream.close();
    }
  },
  /** Whose packed weights there are. */
  packedEntries: async () =>
    Promise.all(
      (await packedFolders()).map(async (folder) =>
        (await (await folder.getFileHandle('model.json')).getFile()).text(),
      ),
    ),
};

/** Of {@link program}. */
export type PageProgram = typeof program;

declare global {
  var llamella: PageProgram;
}

globalThis.llamella = program;
