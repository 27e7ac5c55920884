import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { PulledModel } from '../src/index.ts';
import { randomBytes, sha256 } from './fake-hub.ts';
import { serve, temporaryFolder } from './test-hub.ts';

const script = fileURLToPath(new URL('fixtures/pull-child.ts', import.meta.url));
const rangeBytes = 256 * 1024;

function startChild(endpoint: string, folder: string) {
  const words = [endpoint, folder, 'hf:owner/name:model.gguf', String(rangeBytes)];
  const child = spawn(process.execPath, ['--conditions=@llamella/source', script, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, stdout, stderr }));
  return { child, ended };
}

test('a process killed at 20 moments: nothing is wrong, and nothing comes twice beyond one range', async () => {
  const weights = randomBytes(4_000_037, 7);
  const server = await serve({ 'owner/name': { files: { 'model.gguf': weights } } });
  server.speed = 250;
  const folder = join(await temporaryFolder(), 'cache');
  const moments = randomBytes(20, 42);
  let repeated = 0;
  let kills = 0;
  for (const moment of moments) {
    const before = server.log.length;
    const { child, ended } = startChild(server.endpoint, folder);
    while (server.log.length === before && child.exitCode === null) await sleep(2);
    await sleep(moment);
    child.kill('SIGKILL');
    if ((await ended).exitCode === null) kills++;
    await sleep(20);
    const now = server.repeatedBytes('model.gguf', weights.length);
    expect(now - repeated).toBeLessThan(rangeBytes);
    repeated = now;
  }
  expect(kills).toBe(20);
  server.speed = 0;
  const { ended } = startChild(server.endpoint, folder);
  const { exitCode, stdout, stderr } = await ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const model: PulledModel = JSON.parse(stdout);
  expect(readFileSync(model.path).equals(weights)).toBe(true);
  expect(model.downloadedBytes).toBeLessThan(weights.length);
  const root = join(folder, 'models--owner--name');
  expect(readdirSync(join(root, 'blobs'))).toEqual([sha256(weights)]);
  expect(readdirSync(join(folder, '.locks/models--owner--name'))).toEqual([]);
  expect(server.repeatedBytes('model.gguf', weights.length)).toBeLessThan(21 * rangeBytes);
});

test('three processes that pull the same file: it is downloaded once', async () => {
  const weights = randomBytes(1_500_000, 3);
  const server = await serve({ 'owner/name': { files: { 'model.gguf': weights } } });
  server.speed = 500;
  const folder = join(await temporaryFolder(), 'cache');
  const children = [1, 2, 3].map(() => startChild(server.endpoint, folder));
  const results = await Promise.all(children.map(({ ended }) => ended));
  for (const { exitCode, stdout } of results) {
    expect(exitCode).toBe(0);
    expect(readFileSync((JSON.parse(stdout) as PulledModel).path).equals(weights)).toBe(true);
  }
  expect(server.repeatedBytes('model.gguf', weights.length)).toBe(0);
});
