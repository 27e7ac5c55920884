/** Runs in a worker of the page: a hub, for the tests in Node to call. */
import type { LlamellaError, Progress } from '@llamella/spec';
import { type BrowserHubOptions, createBrowserHub, createOpfsStorage, openStored } from '../src/browser.ts';

/** What crosses to Node: a value, an error of ours, or that the abort of the caller came through. */
export type Answer =
  | { readonly value: unknown }
  | { readonly aborted: true }
  | { readonly error: { readonly code: string; readonly message: string } };

/** A file that is made in the worker: from `offset` of what the seed gives. */
export interface MadeFile {
  readonly path: string;
  readonly bytes: readonly number[];
}

let hub = createBrowserHub();
const progress: Progress[] = [];
let controller = new AbortController();
const files = createOpfsStorage('tests');

const onProgress = (each: Progress) => {
  progress.push(each);
  postMessage({ progress: each });
};
const withSignal = () => {
  controller = new AbortController();
  return { onProgress, signal: controller.signal };
};

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const program = {
  configure: (options: BrowserHubOptions) => {
    hub = createBrowserHub(options);
  },
  abort: () => controller.abort(),
  progress: () => progress.splice(0),
  pull: (reference: string) => hub.pull(reference, withSignal()),
  find: (reference: string) => hub.find(reference),
  list: () => hub.list(),
  remove: (reference: string) => hub.remove(reference),
  verify: (reference: string) => hub.verify(reference, withSignal()),
  makeRoom: (bytes: number, options: object = {}) => hub.makeRoom(bytes, options),
  estimate: () => hub.estimate(),
  persist: () => hub.persist(),
  importFiles: (made: readonly MadeFile[], options: { readonly name?: string } = {}) => {
    const given = made.map(({ path, bytes }) => ({ path, file: new Blob([new Uint8Array(bytes)]) }));
    return hub.importFiles(given, { ...options, ...withSignal() });
  },
  /** Hash of a stored file, read in pieces. */
  async hash(path: string): Promise<string> {
    const source = await openStored(path);
    const bytes = new Uint8Array(source.size);
    for (let offset = 0; offset < source.size; offset += 100_000) {
      bytes.set(await source.read(offset, Math.min(100_000, source.size - offset)), offset);
    }
    await source.close?.();
    return await sha256(bytes);
  },
  storage: async (method: keyof typeof files, ...rest: never[]) =>
    await (files[method] as (...rest: never[]) => unknown)(...rest),
};

/** Of the worker. */
export type WorkerProgram = typeof program;

addEventListener(
  'message',
  async ({ data }: MessageEvent<{ id: number; method: keyof WorkerProgram; rest: never[] }>) => {
    postMessage({
      id: data.id,
      answer: await answer(() => (program[data.method] as (...rest: never[]) => unknown)(...data.rest)),
    });
  },
);

async function answer(work: () => unknown): Promise<Answer> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error === controller.signal.reason) return { aborted: true };
    const { code = 'none', message, stack } = error as LlamellaError;
    return { error: { code, message: code === 'none' ? `${message} ${stack}` : message } };
  }
}
