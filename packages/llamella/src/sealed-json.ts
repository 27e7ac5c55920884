import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const seal = (json: string) => createHash('sha256').update(json).digest('hex');

/** Reads what `writeSealed` wrote; nothing when it is not there, or damaged. */
export async function readSealed<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const end = text.indexOf('\n');
  const json = text.slice(0, end);
  if (end < 0 || text.slice(end + 1) !== seal(json)) return undefined;
  return JSON.parse(json) as T;
}

/** Writes JSON with its hash, at once: others see the whole file or what was there before. */
export async function writeSealed(path: string, value: unknown): Promise<void> {
  const json = JSON.stringify(value);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(`${json}\n${seal(json)}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
