import { InvalidFileError, LlamellaError } from '@llamella/spec';
import { type CacheLayout, cacheLayout } from '../cache-layout.ts';
import type { CacheContents, CachedModel, PartialDownload } from '../cached-model.ts';
import { type CachedFile, cachedCommit, cachedCommits, cachedFiles } from '../cached-repository.ts';
import { describeSnapshot } from '../list-cache.ts';
import { groupModels } from '../model-groups.ts';
import type { HubStorage } from '../platform.ts';
import { describePulled, type PulledModel } from '../pulled-model.ts';
import { type RemovedModel, removeTree } from '../remove-cached.ts';
import { blobSource } from './blob-source.ts';
import type { ImportOptions } from './browser-hub.ts';
import { chooseImport, type ImportedFile } from './imported-file.ts';
import { sizeText } from './size-text.ts';

/** Files that the user chose, kept under names. */
export interface ImportStore {
  add(files: readonly ImportedFile[], options: ImportOptions): Promise<PulledModel>;
  find(name: string): Promise<PulledModel | undefined>;
  list(signal: AbortSignal): Promise<CacheContents>;
  remove(name: string, signal: AbortSignal): Promise<RemovedModel>;
}

const branch = 'main';
const pieceBytes = 4 * 2 ** 20;
const reserve = 32 * 2 ** 20;

/** The name in `file:NAME`, `undefined` for other references. */
export function importName(reference: string): string | undefined {
  return /^file:(?!\/)(.+)$/s.exec(reference)?.[1];
}

/**
 * Creates a store. A model `NAME` has its files in `NAME/snapshots/ID`, and is one from the moment when `NAME/refs/main`
 * says that ID.
 */
export function createImportStore(storage: HubStorage): ImportStore {
  const locked = async <T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const lock = await storage.lock(name, signal);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  };
  const store: ImportStore = {
    async add(given, { name: wanted, onProgress, signal = new AbortController().signal }) {
      signal.throwIfAborted();
      const { name, files } = chooseImport(given, wanted);
      const total = files.reduce((sum, { file }) => sum + file.size, 0);
      for (const { path, file } of files) await checkStart(path, file);
      return await locked(name, signal, async () => {
        const layout = cacheLayout(name);
        await checkRoom(storage, name, total);
        const id = randomId();
        let done = 0;
        try {
          for (const { path, file } of files) {
            await copyFile(file, path, `${layout.snapshot(id)}/${path}`, storage, signal, (count) => {
              done += count;
              onProgress?.({ phase: 'import', loaded: done, total, file: path });
            });
          }
          await setCurrent(storage, layout, id);
        } catch (error) {
          await removeTree(storage, layout.snapshot(id)).catch(() => {});
          throw error;
        }
        await removeOthers(storage, layout, id);
        return (await store.find(name))!;
      });
    },
    async find(name) {
      const layout = cacheLayout(name);
      const commit = await cachedCommit(storage, layout, branch);
      const files = commit === undefined ? [] : await cachedFiles(storage, layout, commit);
      const group = groupModels(files)[0];
      if (commit === undefined || group === undefined || group.missingParts > 0) return undefined;
      await Promise.all((group.files as CachedFile[]).map(({ blob }) => storage.touch(blob)));
      const chosen = { files: group.files, main: group.name, group };
      return describePulled(`file:${name}`, chosen, { storage, layout, commit }, 0);
    },
    async list(signal) {
      const models: CachedModel[] = [];
      const partials: PartialDownload[] = [];
      for (const name of await storage.list('')) {
        signal.throwIfAborted();
        const layout = cacheLayout(name);
        let bytes = 0;
        for (const [commit, refs] of await cachedCommits(storage, layout)) {
          const files = await cachedFiles(storage, layout, commit);
          if (refs.length > 0)
            models.push(...describeSnapshot(files, commit, refs, undefined, `file:${name}`));
          else bytes += files.reduce((sum, { size }) => sum + size, 0);
        }
        if (bytes > 0) partials.push({ reference: `file:${name}`, bytes });
      }
      const bytes = [...models, ...partials].reduce((sum, item) => sum + item.bytes, 0);
      return { models, partials, bytes };
    },
    remove: (name, signal) =>
      locked(name, signal, async () => {
        const reference = `file:${name}`;
        const layout = cacheLayout(name);
        const files: CachedFile[] = [];
        for (const [commit] of await cachedCommits(storage, layout)) {
          files.push(...(await cachedFiles(storage, layout, commit)));
        }
        if ((await storage.stat(name)) === undefined) {
          throw new LlamellaError('not-found', `${reference}: there is no import of this name`);
        }
        const current = await cachedCommit(storage, layout, branch);
        // First, so that it is no model while parts of it are gone.
        await storage.remove(layout.ref(branch));
        await removeTree(storage, name).catch(async (error) => {
          const left = await Promise.all(files.map(({ blob }) => storage.stat(blob)));
          if (current !== undefined && !left.includes(undefined)) await setCurrent(storage, layout, current);
          throw error;
        });
        const freedBytes = files.reduce((sum, { size }) => sum + size, 0);
        return { reference, files: [...new Set(files.map(({ path }) => path))], freedBytes };
      }),
  };
  return store;
}

/** A GGUF file is told by its first bytes, before gigabytes are copied. */
async function checkStart(path: string, file: Blob): Promise<void> {
  if (!/\.gguf$/i.test(path)) return;
  const source = blobSource(file, path);
  const start = await source.read(0, Math.min(4, source.size));
  if (new TextDecoder().decode(start) === 'GGUF') return;
  throw new InvalidFileError({ file: path, offset: 0 }, 'is not a GGUF file, whatever its name says');
}

async function checkRoom(storage: HubStorage, name: string, total: number): Promise<void> {
  const free = await storage.freeBytes();
  if (free === undefined || total + reserve <= free) return;
  const numbers = `${sizeText(total)} are to be kept and ${sizeText(free)} are free`;
  throw new LlamellaError('no-space', `file:${name}: ${numbers}; make room, such as by removing a model`);
}

async function copyFile(
  file: Blob,
  name: string,
  path: string,
  storage: HubStorage,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<void> {
  const source = blobSource(file, name);
  const target = await storage.open(path);
  try {
    for (let offset = 0; offset < source.size; offset += pieceBytes) {
      const piece = await source.read(offset, Math.min(pieceBytes, source.size - offset), signal);
      await target.write(offset, piece);
      onBytes(piece.length);
    }
    await target.sync();
  } finally {
    await target.close();
  }
}

async function setCurrent(storage: HubStorage, layout: CacheLayout, id: string): Promise<void> {
  await storage.writeFile(layout.ref(branch), new TextEncoder().encode(id));
}

/** Removes what was under this name before, and what was left of imports that were killed. */
async function removeOthers(storage: HubStorage, layout: CacheLayout, id: string): Promise<void> {
  for (const other of await storage.list(`${layout.folder}/snapshots`)) {
    // One that is open in another tab goes the next time.
    if (other !== id) await removeTree(storage, layout.snapshot(other)).catch(() => {});
  }
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
