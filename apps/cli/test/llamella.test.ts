import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

async function llamella(words: readonly string[], input = '') {
  const child = promisify(execFile)(process.execPath, ['--conditions=@llamella/source', main, ...words], {
    env: { ...process.env, NODE_OPTIONS: '' },
    maxBuffer: 64 * 1024 * 1024,
  });
  child.child.stdin!.on('error', () => {});
  child.child.stdin!.end(input);
  return await child;
}

test('--version needs no model', async () => {
  expect((await llamella(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
});

describe('with the embedded model', () => {
  let document: { text: string; tokens: number[]; finishReason: string; timings: Record<string, number> };
  const words = ['run', '--prompt', 'The capital of France is', '--max-tokens', '8', '--json'];

  beforeAll(async () => {
    document = JSON.parse((await llamella(words)).stdout);
  });

  test('run --json', async () => {
    expect(document.finishReason).toBe('length');
    expect(document.tokens).toHaveLength(8);
    expect(document.text).toContain('Paris');
    expect(document.timings.generatedTokens).toBe(8);
    for (const name of ['loadMs', 'promptTokens', 'promptMs', 'firstTokenMs', 'generateMs'])
      expect(document.timings[name]).toBeGreaterThan(0);
  });

  test('run prints the same text, and nothing else', async () => {
    const { stdout, stderr } = await llamella(words.slice(0, -1));
    expect(stdout).toBe(`${document.text}\n`);
    expect(stderr).toMatch(/^llamella: stopped after 8 tokens.*\n$/);
  });

  test('tokenize and back', async () => {
    const text = 'Grüße, 世界 😀\n  and more\n';
    const { ids } = JSON.parse((await llamella(['tokenize', 'smollm2', '--json'], text)).stdout);
    const plain = (await llamella(['tokenize', 'smollm2'], text)).stdout;
    expect(plain).toBe(`${ids.join(' ')}\n`);
    expect((await llamella(['tokenize', 'smollm2', '--decode', '--no-special-tokens'], plain)).stdout).toBe(
      text,
    );
  });

  test('inspect --json', async () => {
    const report = JSON.parse((await llamella(['inspect', '--json'])).stdout);
    expect(report).toMatchObject({
      architecture: 'llama',
      config: { layerCount: 30, vocabularySize: 49152 },
    });
    expect(report.parameters).toBeGreaterThan(134e6);
    expect(report.weightBytes).toBeGreaterThan(0);
  });

  test('convert --json', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llamella-convert-'));
    try {
      const out = join(folder, 'one-file.gguf');
      const report = JSON.parse((await llamella(['convert', 'smollm2', out, '--json'])).stdout);
      expect(report).toMatchObject({ from: 'gguf', to: 'gguf', files: [{ path: out }], notes: [] });
      expect(report.tensors).toHaveLength(272);
      expect(new Set(report.tensors.map(({ kind }: { kind: string }) => kind))).toEqual(new Set(['exact']));
      expect(readdirSync(folder)).toEqual(['one-file.gguf']);
      const again = llamella(['convert', 'smollm2', out]);
      await expect(again).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/exists already/) });
      const continued = JSON.parse((await llamella(['run', out, ...words.slice(1)])).stdout);
      expect(continued.tokens).toEqual(document.tokens);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('chat answers a question from a pipe', async () => {
    const { stdout, stderr } = await llamella(
      ['chat', '--exact', '--temperature', '0', '--max-tokens', '32'],
      'What is the capital of France?\n',
    );
    expect(stdout).toContain('Paris');
    expect(stdout.endsWith('\n')).toBe(true);
    expect(stderr).toBe('');
  });

  test('a file that does not exist is an error', async () => {
    await expect(llamella(['run', 'no-such-file.gguf', '--prompt', 'x'])).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^llamella: .*no-such-file\.gguf/),
    });
  });
});
