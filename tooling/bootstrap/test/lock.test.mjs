import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from '../lock.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamella-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (generation) => join(folder, `setup.lock.${generation}`);
const soon = (promise) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 600, 'waiting'))]);

test('processes hold it one after the other', async () => {
  writeFileSync(join(folder, 'counter'), '0');
  const program = `
    import { acquireLock } from ${JSON.stringify(new URL('../lock.mjs', import.meta.url).href)};
    import { readFileSync, writeFileSync } from 'node:fs';
    for (let i = 0; i < 3; i++) {
      const release = await acquireLock(process.argv[1]);
      const value = Number(readFileSync('counter', 'utf8'));
      await new Promise((resolve) => setTimeout(resolve, 5));
      writeFileSync('counter', String(value + 1));
      release();
    }`;
  const ended = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
      cwd: folder,
      stdio: 'inherit',
    });
    return new Promise((resolve) => child.on('close', resolve));
  });
  expect(await Promise.all(ended)).toEqual([0, 0, 0, 0]);
  expect(readFileSync(join(folder, 'counter'), 'utf8')).toBe('12');
  expect(readdirSync(folder).filter((name) => name.startsWith('setup.lock.'))).toHaveLength(1);
});

test('waits for a live holder and says so once', async () => {
  const release = await acquireLock(folder);
  const holders = [];
  const second = acquireLock(folder, { onWait: (holder) => holders.push(holder) });
  expect(await soon(second)).toBe('waiting');
  release();
  (await second)();
  expect(holders).toMatchObject([{ pid: process.pid }]);
});

test('takes over from a process that is gone', async () => {
  writeFileSync(file(4), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), startedAt: null }));
  const release = await acquireLock(folder);
  expect(readdirSync(folder)).toEqual(['setup.lock.5']);
  release();
});

test('takes over when the number of the process was given to another one', async () => {
  writeFileSync(file(1), JSON.stringify({ pid: process.pid, host: hostname(), startedAt: 'earlier' }));
  const release = await acquireLock(folder);
  expect(readdirSync(folder)).toEqual(['setup.lock.2']);
  release();
});

test('takes over from a holder on another host only when it is silent for long', async () => {
  writeFileSync(file(1), JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: null }));
  const attempt = acquireLock(folder);
  expect(await soon(attempt)).toBe('waiting');
  const old = new Date(Date.now() - 60_000);
  utimesSync(file(1), old, old);
  (await attempt)();
});

test('an empty lock file holds others off until it is old', async () => {
  writeFileSync(file(1), '');
  const attempt = acquireLock(folder);
  expect(await soon(attempt)).toBe('waiting');
  const old = new Date(Date.now() - 60_000);
  utimesSync(file(1), old, old);
  (await attempt)();
});
