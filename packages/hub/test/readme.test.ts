import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, test } from 'vitest';
import { createBrowserHub } from '../src/browser.ts';
import { createNodeHub } from '../src/node.ts';
import { randomBytes } from './fake-hub.ts';
import { serve, temporaryFolder } from './test-hub.ts';

const folder = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

test('the example of the README runs', async () => {
  const code = /^```ts\n(.*?)^```/ms.exec(readme)![1]!;
  const files = { 'Llama-3.2-1B-Instruct-Q4_K_M.gguf': randomBytes(50_000) };
  const server = await serve({ 'bartowski/Llama-3.2-1B-Instruct-GGUF': { files } });
  const flags = ['--conditions=@llamella/source', '--input-type=module-typescript', '--eval', code];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', HF_ENDPOINT: server.endpoint, HF_HOME: await temporaryFolder() },
  });
  expect(stdout).toMatch(/^Q4_K_M .*Llama-3\.2-1B-Instruct-Q4_K_M\.gguf\n$/);
  expect(stderr).toMatch(/100%$/);
});

test('the example without a platform prints what it says', async () => {
  const path = fileURLToPath(folder);
  const examples = await readmeExamples(path);
  expect(examples).toHaveLength(1);
  expect(await runExample(path, examples[0]!)).toBe(examples[0]!.output);
});

test('the README names every operation', () => {
  const names = [createNodeHub({ environment: {} }), createBrowserHub()].flatMap((hub) => Object.keys(hub));
  for (const name of names) expect(readme).toContain(`\`${name}(`);
});
