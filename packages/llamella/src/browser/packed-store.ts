import type { HubStorage, StoredFile } from '@llamella/hub';
import { createOpfsStorage, openStored } from '@llamella/hub/browser';
import type { GraphPlan, OnProgress } from '@llamella/spec';
import { crc32 } from './crc32.ts';
import { PieceChecksums } from './piece-checksums.ts';

/** Folder of OPFS beside those of the hub. Each entry is a folder named by its key. */
const FOLDER = 'llamella/packed';
const WEIGHTS = 'weights.bin';
const MANIFEST = 'manifest.json';
/** Says whose entry it is, from before the first byte of weights on. */
const OWNER = 'model.json';

/** Entries of one model that are kept, such as one for each device. */
const ENTRIES_PER_MODEL = 2;
const MOST_JSON_BYTES = 2 ** 24;
const PIECE_BYTES = 16 * 2 ** 20;

interface Manifest {
  readonly byteLength: number;
  /** CRC-32 of each initializer, in the plan's order. */
  readonly checksums: readonly number[];
  readonly errors: readonly (readonly [tensor: string, largest: number])[];
}

/** An entry that seems whole. */
export interface PackedEntry {
  /** The file with the bytes. */
  readonly file: FileSystemFileHandle;
  /** Largest error by tensor, where packing measured it. */
  readonly errors: ReadonlyMap<string, number>;
  /** Reads everything. @returns whether it is what was written */
  verify(onProgress: OnProgress, signal: AbortSignal): Promise<boolean>;
}

/** Packed weights in OPFS. */
export interface PackedStore {
  find(key: string, plan: GraphPlan): Promise<PackedEntry | undefined>;
  /**
   * Writes an entry.
   *
   * @param model reference of the model, by which `removeOf` finds it
   * @returns nothing when another tab is writing it, there is no room, or nothing can be written
   * @throws what `pieces` throw
   */
  write(key: string, model: string, plan: GraphPlan, packed: PackedPieces): Promise<PackedEntry | undefined>;
  remove(key: string): Promise<void>;
  /** Removes what was packed from a model, but the newest `kept` entries. */
  removeOf(model: string, kept?: number): Promise<void>;
  /** Bytes by model. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}

/** External data in order: pieces of each initializer and what lies between. */
export interface PackedPieces {
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Filled while the pieces are made. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Opens the store. */
export function createPackedStore(storage: HubStorage = createOpfsStorage(FOLDER)): PackedStore {
  const store: PackedStore = {
    async find(key, plan) {
      const manifest = await readJson<Manifest>(storage, `${key}/${MANIFEST}`);
      const path = `${key}/${WEIGHTS}`;
      const size = manifest && (await storage.stat(path))?.size;
      const isWhole =
        manifest?.byteLength === plan.externalByteLength &&
        size === plan.externalByteLength &&
        manifest.checksums.length === plan.initializers.length;
      if (!isWhole) return undefined;
      await storage.touch(`${key}/${MANIFEST}`);
      const location = storage.location(path);
      return {
        file: await fileHandle(location),
        errors: new Map(manifest.errors),
        verify: (onProgress, signal) => verify(location, plan, manifest, onProgress, signal),
      };
    },
    async write(key, model, plan, { pieces, errors }) {
      const writing = await beginEntry(storage, key, model);
      if (writing === undefined) return undefined;
      let isWhole = false;
      try {
        const checksums = await writePieces(writing.file, plan, pieces);
        await writing.file.close();
        const manifest: Manifest = { byteLength: plan.externalByteLength, checksums, errors: [...errors] };
        await storage.writeFile(`${key}/${MANIFEST}`, new TextEncoder().encode(JSON.stringify(manifest)));
        isWhole = true;
      } catch (error) {
        await writing.file.close().catch(() => undefined);
        if (!(error instanceof NotWritten)) throw error;
      } finally {
        if (!isWhole) await store.remove(key).catch(() => undefined);
        await writing.release();
      }
      if (!isWhole) return undefined;
      await store.removeOf(model, ENTRIES_PER_MODEL);
      return store.find(key, plan);
    },
    async remove(key) {
      // The manifest first: without it the rest is no entry.
      for (const name of [MANIFEST, WEIGHTS, OWNER]) await storage.remove(`${key}/${name}`);
      await storage.remove(key);
    },
    async removeOf(model, kept = 0) {
      const entries = (await entriesOf(storage)).filter((entry) => entry.model === model);
      entries.sort((a, b) => b.used - a.used);
      // One that is open in another tab goes the next time.
      for (const { key } of entries.slice(kept)) await store.remove(key).catch(() => undefined);
    },
    async sizes() {
      const sizes = new Map<string, number>();
      for (const { model, bytes } of await entriesOf(storage))
        sizes.set(model, (sizes.get(model) ?? 0) + bytes);
      return sizes;
    },
  };
  return store;
}

async function entriesOf(storage: HubStorage) {
  const keys = await storage.list('');
  return await Promise.all(
    keys.map(async (key) => {
      const owner = await readJson<{ readonly model: string }>(storage, `${key}/${OWNER}`);
      const weights = await storage.stat(`${key}/${WEIGHTS}`);
      const manifest = await storage.stat(`${key}/${MANIFEST}`);
      return {
        key,
        model: owner?.model ?? '',
        bytes: weights?.size ?? 0,
        used: Math.max(manifest?.accessed ?? 0, manifest?.modified ?? 0),
      };
    }),
  );
}

/** @returns nothing when another tab is writing this entry, or nothing can be written */
async function beginEntry(
  storage: HubStorage,
  key: string,
  model: string,
): Promise<{ readonly file: StoredFile; release(): Promise<void> } | undefined> {
  const release = await lockNow(`llamella ${storage.location(key)}`);
  if (release === undefined) return undefined;
  try {
    await storage.remove(`${key}/${MANIFEST}`);
    await storage.writeFile(`${key}/${OWNER}`, new TextEncoder().encode(JSON.stringify({ model })));
    const file = await storage.open(`${key}/${WEIGHTS}`);
    await file.truncate(0);
    return { file, release };
  } catch {
    await release();
    return undefined;
  }
}

/** A lock of this origin, or nothing when someone has it. */
async function lockNow(name: string): Promise<(() => Promise<void>) | undefined> {
  const { promise, resolve } = Promise.withResolvers<(() => Promise<void>) | undefined>();
  const held = Promise.withResolvers<void>();
  const ended = navigator.locks
    .request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) return resolve(undefined);
      resolve(async () => {
        held.resolve();
        await ended;
      });
      return held.promise;
    })
    .catch(() => resolve(undefined)) as Promise<void>;
  return promise;
}

/** A piece could not be kept. */
class NotWritten extends Error {}

/** @returns CRC-32 of each initializer */
async function writePieces(
  file: StoredFile,
  plan: GraphPlan,
  pieces: PackedPieces['pieces'],
): Promise<number[]> {
  const keep = (work: Promise<void>) =>
    work.catch((cause) => {
      throw new NotWritten('there is no room', { cause });
    });
  const checksums = new PieceChecksums(plan);
  let offset = 0;
  for await (const piece of pieces) {
    checksums.add(piece);
    await keep(file.write(offset, piece));
    offset += piece.byteLength;
    // Waiting for a collection would keep several.
    piece.buffer.transfer(0);
  }
  await keep(file.sync());
  return checksums.sums;
}

async function verify(
  path: string,
  plan: GraphPlan,
  { checksums }: Manifest,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<boolean> {
  const source = await openStored(path);
  const total = plan.externalByteLength;
  try {
    for (const [index, { byteLength }] of plan.initializers.entries()) {
      const start = plan.offsets[index]!;
      let sum = 0;
      for (let done = 0; done < byteLength; done += PIECE_BYTES) {
        const length = Math.min(byteLength - done, PIECE_BYTES);
        sum = crc32(await source.read(start + done, length, signal), sum);
        onProgress({ phase: 'read', loaded: start + done + length, total });
      }
      if (sum !== checksums[index]) return false;
    }
    return true;
  } finally {
    await source.close?.();
  }
}

/** @param location `opfs:/` and a path */
async function fileHandle(location: string): Promise<FileSystemFileHandle> {
  const names = location.replace(/^opfs:\//, '').split('/');
  let folder = await navigator.storage.getDirectory();
  for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name);
  return folder.getFileHandle(names.at(-1)!);
}

async function readJson<T>(storage: HubStorage, path: string): Promise<T | undefined> {
  try {
    const bytes = await storage.readFile(path, MOST_JSON_BYTES);
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
  } catch {
    return undefined;
  }
}
