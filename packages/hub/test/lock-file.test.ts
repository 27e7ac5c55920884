import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lockFile } from '../src/node/lock-file.ts';
import { temporaryFolder } from './test-hub.ts';

const times = { beat: 20, stale: 1000, poll: 5 };
const never = new AbortController().signal;

async function start(stale = times.stale) {
  const folder = await temporaryFolder();
  const path = join(folder, 'x.lock');
  return { folder, path, take: (signal = never) => lockFile(path, signal, { ...times, stale }) };
}

test('one holder at a time, and nothing stays', async () => {
  const { folder, take } = await start();
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const lock = await take();
      most = Math.max(most, ++inside);
      await sleep(5);
      inside--;
      await lock.release();
    }),
  );
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test('a living holder keeps it longer than the time after which it would be stale', async () => {
  const { take } = await start();
  const lock = await take();
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 2500);
  await expect(take(controller.signal)).rejects.toThrow('enough');
  expect(lock.lost.aborted).toBe(false);
  await lock.release();
});

test('the lock of a process that is gone is taken over at once', async () => {
  const { path, take } = await start(1e9);
  const lock = await take();
  const holder = JSON.parse(readFileSync(path, 'utf8'));
  await lock.release();
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(path, JSON.stringify({ ...holder, token: 'dead', process: pid }));
  await (await take()).release();
});

test.each([
  '',
  'damaged',
  '{"token": 5}',
  JSON.stringify({ token: 't', process: process.pid, place: 'another machine' }),
])('%j, which nobody touches, is taken over after the time, whatever its date', async (text) => {
  const { path, take } = await start();
  writeFileSync(path, text);
  utimesSync(path, new Date('2040-01-01'), new Date('2040-01-01'));
  const started = performance.now();
  await (await take()).release();
  expect(performance.now() - started).toBeGreaterThan(990);
});

test('who lost the lock is told, and does not remove that of the other', async () => {
  const { path, take } = await start();
  const lock = await take();
  writeFileSync(path, JSON.stringify({ token: 'other', process: process.pid, place: 'x' }));
  await sleep(60);
  expect(lock.lost.aborted).toBe(true);
  expect(lock.lost.reason).toMatchObject({ code: 'busy' });
  await lock.release();
  expect(existsSync(path)).toBe(true);
});

test('many that wait for a dead holder: one at a time', async () => {
  const { folder, path, take } = await start();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const lock = await take();
  const { place } = JSON.parse(readFileSync(path, 'utf8'));
  await lock.release();
  let inside = 0;
  let most = 0;
  for (let round = 0; round < 12; round++) {
    const dead = JSON.stringify({ token: `dead ${round}`, process: pid, place });
    writeFileSync(path, dead);
    if (round % 2 === 1) writeFileSync(`${path}.takeover`, dead); // one that died while it took the lock over
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const own = await take();
        most = Math.max(most, ++inside);
        await sleep(2);
        inside--;
        await own.release();
      }),
    );
  }
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});
