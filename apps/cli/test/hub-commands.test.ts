import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runFake } from './fake-context.ts';
import { startHubServer } from './hub-server.ts';

const files = {
  'model-Q4_K_M.gguf': Buffer.alloc(300_000, 'a'),
  'model-Q8_0.gguf': Buffer.alloc(600_000, 'b'),
  'a-name-that-is-longer-than-any-terminal-of-sixty-columns.json': Buffer.from('{}'),
};

async function prepare() {
  const server = await startHubServer(files);
  const folder = mkdtempSync(join(tmpdir(), 'llamella-cli-'));
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const environment = { HF_ENDPOINT: server.endpoint, HF_HOME: folder, LLAMELLA_CACHE: join(folder, 'urls') };
  const run = (words: string, more: object = {}) => runFake(words.split(' '), { environment, ...more });
  return { run, environment, folder, sent: server.sent };
}

describe('pull, list and remove', () => {
  test('without a terminal: the path on stdout, no bar', async () => {
    const { run, folder } = await prepare();
    const { exitCode, stdout, stderr } = await run('pull hf:owner/name:q4_k_m');
    expect(exitCode).toBe(0);
    expect(stdout.startsWith(folder)).toBe(true);
    expect(readFileSync(stdout.trim()).equals(files['model-Q4_K_M.gguf'])).toBe(true);
    expect(stderr).toMatch(/^llamella: downloaded 293\.0 KiB in \d+ m?s; 293\.0 KiB in the cache\n$/);
    expect((await run('pull hf:owner/name:Q4_K_M')).stderr).toContain('nothing was missing');
  });

  test('names the quantization that it chooses, and why', async () => {
    const { run } = await prepare();
    const { stderr, stdout } = await run('pull hf:owner/name --json');
    expect(stderr).toContain('llamella: Q8_0: the best of up to 8 bits');
    expect(JSON.parse(stdout)).toMatchObject({
      quantization: 'Q8_0',
      bytes: 600_000,
      downloadedBytes: 600_000,
      format: 'gguf',
    });
  });

  test('list shows what is there, and remove removes it', async () => {
    const { run, folder } = await prepare();
    expect(await run('list')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining('no model'),
    });
    await run('pull hf:owner/name:*.gguf');
    const table = (await run('list')).stdout;
    expect(table).toMatch(/585\.9 KiB {2}Q8_0 +just now +hf:owner\/name:Q8_0\n/);
    expect(table).toMatch(/\n878\.9 KiB in all\n$/);
    const { models } = JSON.parse((await run('list --json')).stdout);
    expect(models).toMatchObject([
      { reference: 'hf:owner/name:Q4_K_M', bytes: 300_000 },
      { quantization: 'Q8_0' },
    ]);
    expect((await run('remove hf:owner/name:Q8_0')).stdout).toBe(
      'removed 1 file, 585.9 KiB are free again\n',
    );
    const { stdout } = await run('remove hf:owner/name --json');
    expect(JSON.parse(stdout)).toEqual({
      reference: 'hf:owner/name',
      files: ['model-Q4_K_M.gguf'],
      freedBytes: 300_000,
    });
    expect(await run('remove hf:owner/name')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('nothing of it'),
    });
    expect(existsSync(join(folder, 'hub', 'models--owner--name'))).toBe(false);
  });

  test.each([60, 20, 200])(
    'a terminal of %d columns: no line is wider, and the bars are gone at the end',
    async (columns) => {
      const { run } = await prepare();
      const { stderr } = await run('pull hf:owner/name:*', { terminal: true, columns });
      const lines = stripVTControlCharacters(stderr.replaceAll('\u001b[J', '\n')).split(/[\r\n]+/);
      const bars = lines.filter((line) => /\d%/.test(line));
      expect(bars.length).toBeGreaterThan(1);
      for (const line of bars) expect(line.length).toBeLessThan(columns);
      if (columns >= 60)
        expect(bars.some((line) => /[0-3] of 3 files .*\[[#-]+\] +\d+% 878\.9 KiB/.test(line))).toBe(true);
      expect(lines.some((line) => /columns\.json {2}2 B$/.test(line))).toBe(true);
      expect(stderr.lastIndexOf('\u001b[J')).toBeGreaterThan(stderr.lastIndexOf('%'));
    },
  );

  test('errors name the reference and what there is', async () => {
    const { run } = await prepare();
    expect(await run('pull hf:owner/name:Q3_K_S')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'llamella: hf:owner/name: there is no "Q3_K_S"; there is Q4_K_M, Q8_0\n',
    });
    expect((await run('pull some-model')).stderr).toContain('expected hf:owner/repo');
    expect((await run('pull hf:owner/name', { environment: { HF_TOKEN: 'a b' } })).stderr).toContain('token');
  });
});

test('Ctrl-C says that the download can go on, and it does', async () => {
  const { environment, sent } = await prepare();
  sent.mostBytes = 300_000;
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const start = () =>
    spawn(process.execPath, ['--conditions=@llamella/source', main, 'pull', 'hf:owner/name:Q8_0', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
    });
  const ended = async (child: ReturnType<typeof start>) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [exitCode] = await once(child, 'close');
    return { exitCode, stdout, stderr };
  };
  const first = start();
  const result = ended(first);
  while (sent.bytes < sent.mostBytes) await sleep(10);
  await sleep(1000);
  first.kill('SIGINT');
  const { exitCode, stdout, stderr } = await result;
  expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
  expect(stderr).toMatch(
    /^llamella: stopped; \d.* of 585\.9 KiB are there, and the same command goes on from here\n$/,
  );
  sent.mostBytes = Number.POSITIVE_INFINITY;
  const second = await ended(start());
  expect(second.exitCode).toBe(0);
  const { downloadedBytes } = JSON.parse(second.stdout);
  expect(downloadedBytes).toBeLessThan(600_000);
  expect(downloadedBytes).toBeGreaterThan(0);
});
