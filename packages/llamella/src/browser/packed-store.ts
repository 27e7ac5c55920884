import type { HubStorage, StoredFile } from '@llamella/hub';
import { createOpfsStorage, openStored } from '@llamella/hub/browser';
import type { GraphPlan, OnProgress } from '@llamella/spec';
import { crc32 } from './crc32.ts';

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

/** Packed weights are not what was written. */
export class DamagedWeights extends Error {}

/** An entry that seems whole. */
export interface PackedEntry {
  /** Largest error by tensor, where packing measured it. */
  readonly errors: ReadonlyMap<string, number>;
  /** Its bytes in pieces, checked. @throws {DamagedWeights} when they are not those that were written */
  read(onProgress: OnProgress, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

/** Packed weights in OPFS. */
export interface PackedStore {
  find(key: string, plan: GraphPlan): Promise<PackedEntry | undefined>;
  /** Hands pieces on and keeps them; where they cannot be kept, for lack of room or otherwise, it only hands them on. */
  keep(
    key: string,
    model: string,
    plan: GraphPlan,
    pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
    errors: ReadonlyMap<string, number>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
  remove(key: string): Promise<void>;
  /** Removes what was packed from a model, but the newest `kept` entries. */
  removeOf(model: string, kept?: number): Promise<void>;
  /** Bytes by model. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}

/** Opens the store; `storage` is given in tests. */
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
      return {
        errors: new Map(manifest.errors),
        read: (onProgress, signal) => readEntry(storage.location(path), plan, manifest, onProgress, signal),
      };
    },
    async *keep(key, model, plan, pieces, errors) {
      const writing = await beginEntry(storage, key, model);
      const checksums: number[] = [];
      let offset = 0;
      let isKept = writing !== undefined;
      try {
        for await (const piece of pieces) {
          if (isKept && plan.offsets[checksums.length] === offset) checksums.push(crc32(piece));
          isKept &&= await succeeds(() => writing!.file.write(offset, piece));
          offset += piece.byteLength;
          yield piece;
        }
        isKept &&= offset === plan.externalByteLength && (await succeeds(() => writing!.file.sync()));
      } catch (error) {
        isKept = false;
        throw error;
      } finally {
        await writing?.file.close().catch(() => undefined);
        const manifest: Manifest = { byteLength: offset, checksums, errors: [...errors] };
        const json = new TextEncoder().encode(JSON.stringify(manifest));
        isKept &&= offset === plan.externalByteLength;
        isKept &&= await succeeds(() => storage.writeFile(`${key}/${MANIFEST}`, json));
        if (writing !== undefined && !isKept) await store.remove(key).catch(() => undefined);
        await writing?.release();
      }
      if (isKept) await store.removeOf(model, ENTRIES_PER_MODEL);
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

async function* readEntry(
  path: string,
  plan: GraphPlan,
  { checksums }: Manifest,
  onProgress: OnProgress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const source = await openStored(path);
  const total = plan.externalByteLength;
  let offset = 0;
  const read = async (length: number) => {
    const bytes = (await source.read(offset, length, signal)) as Uint8Array<ArrayBuffer>;
    offset += length;
    onProgress({ phase: 'read', loaded: offset, total });
    return bytes;
  };
  try {
    for (const [index, { name, byteLength }] of plan.initializers.entries()) {
      if (plan.offsets[index]! > offset) yield await read(plan.offsets[index]! - offset);
      let sum = 0;
      for (let left = byteLength; left > 0; ) {
        const piece = await read(Math.min(left, PIECE_BYTES));
        left -= piece.byteLength;
        sum = crc32(piece, sum);
        yield piece;
      }
      if (sum !== checksums[index]) throw new DamagedWeights(`${path}: ${name} is damaged`);
    }
    if (offset < total) yield await read(total - offset);
  } finally {
    await source.close?.();
  }
}

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

async function readJson<T>(storage: HubStorage, path: string): Promise<T | undefined> {
  try {
    const bytes = await storage.readFile(path, MOST_JSON_BYTES);
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
  } catch {
    return undefined;
  }
}
