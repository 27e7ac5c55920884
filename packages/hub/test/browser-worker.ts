/** Runs in a worker of the page: a hub, for the tests in Node to call. */
import type { ByteSource, LlamellaError, Progress } from '@llamella/spec';
import type { OpfsFileHandle } from '../src/browser/opfs-handles.ts';
import { type BrowserHubOptions, createBrowserHub, createOpfsStorage, openStored } from '../src/browser.ts';
import { type MadeFile, madeBytes } from './made-bytes.ts';

/** What crosses to Node: a value, an error of ours, or that the abort of the caller came through. */
export type Answer =
  | { readonly value: unknown }
  | { readonly aborted: true }
  | { readonly error: { readonly code: string; readonly message: string } };

function made(files: readonly MadeFile[]) {
  return files.map(({ path, size }) => ({ path, file: new Blob([madeBytes(size)]) }));
}

let hub = createBrowserHub();
const progress: Progress[] = [];
let controller = new AbortController();
const files = createOpfsStorage('tests');
const sources = new Map<string, ByteSource>();
let sent: readonly File[] = [];

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
  resolve: (reference: string) => hub.resolve(reference),
  find: (reference: string) => hub.find(reference),
  list: () => hub.list(),
  remove: (reference: string) => hub.remove(reference),
  verify: (reference: string) => hub.verify(reference, withSignal()),
  makeRoom: (bytes: number, options: object = {}) => hub.makeRoom(bytes, options),
  estimate: () => hub.estimate(),
  persist: () => hub.persist(),
  importFiles: (files: readonly MadeFile[], options: { readonly name?: string } = {}) =>
    hub.importFiles(made(files), { ...options, ...withSignal() }),
  importAborted: (files: readonly MadeFile[]) => {
    const { signal } = withSignal();
    return hub.importFiles(made(files), { signal, onProgress: () => controller.abort() });
  },
  /** An import that never ends, of a folder whose second file is never read. */
  importStalled: (name: string) => {
    const stalled = { size: 10, slice: () => ({ arrayBuffer: () => new Promise(() => {}) }) };
    const files = [
      { path: 'config.json', file: new Blob(['{}']) },
      { path: 'model.safetensors', file: stalled as unknown as Blob },
    ];
    return hub.importFiles(files, { name, ...withSignal() });
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
  /** What `openStored` of a path does with ranges, aborts and closing. */
  async read(path: string, offset: number, length: number): Promise<Uint8Array> {
    sources.set(path, sources.get(path) ?? (await openStored(path)));
    return await sources.get(path)!.read(offset, length);
  },
  async readAborted(path: string): Promise<boolean> {
    const reason = new Error('enough');
    const source = await openStored(path);
    const read = source.read(0, 1, AbortSignal.abort(reason));
    const isReason = await read.then(
      () => false,
      (error) => error === reason,
    );
    await source.close?.();
    return isReason;
  },
  async close(path: string): Promise<void> {
    await sources.get(path)?.close?.();
  },
  forget: (path: string) => void sources.delete(path),
  /** Overwrites bytes of what a path leads to. */
  async damage(path: string, offset: number): Promise<void> {
    const [, folder, inside] = /^opfs:\/(.*?\/(?:hub|urls))\/(.*)$/.exec(path)!;
    const storage = createOpfsStorage(folder!);
    const file = await storage.open((await storage.readLink(inside!))!);
    await file.write(offset, new Uint8Array([1, 2, 3]));
    await file.close();
  },
  /** Takes what the user chose. @returns bytes of all files */
  receive: () => sent.reduce((sum, { size }) => sum + size, 0),
  importSent: () => hub.importFiles(sent, withSignal()),
  /** Makes the browser one that cannot move files, or not to where one is. */
  limitMove: (how: string) => {
    const { prototype } = FileSystemFileHandle as { prototype: OpfsFileHandle };
    const { move } = prototype;
    if (how === 'none') Reflect.deleteProperty(prototype, 'move');
    if (how !== 'never over a file') return;
    prototype.move = async function (folder, name) {
      const isThere = await folder.getFileHandle(name).catch(() => undefined);
      if (isThere) throw new DOMException('there is one', 'InvalidModificationError');
      await move!.call(this, folder, name);
    };
  },
  /** Writes a part of a file of the storage. */
  async write(path: string, offset: number, bytes: Uint8Array): Promise<void> {
    const file = await files.open(path);
    try {
      await file.write(offset, bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  storage: async (method: keyof typeof files, ...rest: unknown[]) =>
    await (files[method] as (...rest: unknown[]) => unknown)(...rest),
};

/** Of the worker. */
export type WorkerProgram = typeof program;

/** A call from the page. */
interface Request {
  readonly id: number;
  readonly method: keyof WorkerProgram;
  readonly rest: never[];
  /** What the user chose. */
  readonly files?: readonly File[];
}

addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  sent = data.files ?? sent;
  postMessage({
    id: data.id,
    answer: await answer(() => (program[data.method] as (...rest: never[]) => unknown)(...data.rest)),
  });
});

async function answer(work: () => unknown): Promise<Answer> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error === controller.signal.reason) return { aborted: true };
    const { code = 'none', message, stack } = error as LlamellaError;
    return { error: { code, message: code === 'none' ? `${message} ${stack}` : message } };
  }
}
