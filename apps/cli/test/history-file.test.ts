import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HistoryFile, historyPath, mostHistoryLines } from '../src/chat/history-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamella-history-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('historyPath follows the XDG rules', () => {
  const path = (environment: Record<string, string>) => historyPath({ environment, homeFolder: '/home/me' });
  expect(path({})).toBe('/home/me/.local/state/llamella/history');
  expect(path({ XDG_STATE_HOME: '/state' })).toBe('/state/llamella/history');
  expect(path({ XDG_STATE_HOME: '' })).toBe('/home/me/.local/state/llamella/history');
  expect(path({ XDG_STATE_HOME: 'relative' })).toBe('/home/me/.local/state/llamella/history');
});

test('reads what it appended, latest first, with private modes', async () => {
  const path = join(folder, 'state', 'llamella', 'history');
  const file = new HistoryFile(path);
  expect(await file.read()).toEqual([]);
  for (const line of ['one', '', 'zwei é😀', 'x'.repeat(20_000)]) file.append(line);
  await file.flush();
  expect(file.failure).toBeUndefined();
  expect(await new HistoryFile(path).read()).toEqual(['zwei é😀', 'one']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'state', 'llamella'))).mode & 0o777).toBe(0o700);
});

test('makes a file of an older session private', async () => {
  const path = join(folder, 'history');
  await writeFile(path, 'one\n');
  await chmod(path, 0o644);
  await new HistoryFile(path).read();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('keeps the last lines, and the file small', async () => {
  const path = join(folder, 'history');
  const line = (i: number) => `${i} ${'é'.repeat(1000)}`;
  await writeFile(path, Array.from({ length: 5000 }, (_, i) => `${line(i)}\n`).join(''));
  const lines = await new HistoryFile(path).read();
  expect(lines[0]).toBe(line(4999));
  expect(lines.at(-1)).toBe(line(5000 - lines.length));
  const { size, mode } = await stat(path);
  expect(size).toBeLessThanOrEqual(512 * 1024);
  expect(size).toBeGreaterThan(500 * 1024);
  expect(mode & 0o777).toBe(0o600);

  await writeFile(path, Array.from({ length: 3000 }, (_, i) => `${i}\n`).join(''));
  expect(await new HistoryFile(path).read()).toHaveLength(mostHistoryLines);
  expect((await readFile(path, 'utf8')).split('\n', 1)).toEqual(['2000']);
});

test('an unreadable file is remembered as a failure and left alone', async () => {
  const file = new HistoryFile(folder);
  expect(await file.read()).toEqual([]);
  expect(file.failure).toBeInstanceOf(Error);
  file.append('x');
  await file.flush();
});
