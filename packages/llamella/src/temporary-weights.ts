import { mkdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphPlan } from '@llamella/spec';
import { ownedName } from './cache-owner.ts';
import { freeBytes, removeLeftovers, WRITING } from './cache-room.ts';
import { type PackToFileOptions, packToFile, type ReopenableModel } from './pack-to-file.ts';
import { isDiskRefusal } from './packed-cache.ts';

/** Packed weights in a file that is not kept. */
export interface TemporaryWeights {
  readonly path: string;
  readonly errors: ReadonlyMap<string, number>;
  remove(): Promise<void>;
}

/** File systems of Linux that lie in memory, by the number that `statfs` gives. */
const memoryFileSystems = new Set([0x01021994, 0x858458f6]);

/**
 * Packs weights into a temporary file.
 *
 * @returns nothing when there is no disk with room for it
 * @throws whatever reading and packing throw
 * @throws `signal.reason` when aborted
 */
export async function packTemporarily(
  plan: GraphPlan,
  model: ReopenableModel,
  options: PackToFileOptions,
): Promise<TemporaryWeights | undefined> {
  const parent = join(tmpdir(), `llamella-${process.getuid?.() ?? 'packed'}`);
  const folder = join(parent, ownedName(WRITING));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    if (!(await hasRoom(tmpdir(), plan.externalByteLength))) return undefined;
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await removeLeftovers(parent);
    await mkdir(folder);
    const path = join(folder, plan.externalFile);
    const { errors } = await packToFile(plan, model, path, { ...options, sync: false });
    return { path, errors, remove };
  } catch (error) {
    await remove();
    if (isDiskRefusal(error)) return undefined;
    throw error;
  }
}

async function hasRoom(folder: string, needed: number): Promise<boolean> {
  const { type } = await statfs(folder);
  return !memoryFileSystems.has(type) && needed < (await freeBytes(folder));
}
