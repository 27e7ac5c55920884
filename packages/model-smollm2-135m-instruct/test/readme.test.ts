import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';

test('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(example).toContain('weightsUrl');
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const body = example.replaceAll(/^import (\{[^}]*\}) from ('[^']+');$/gm, 'const $1 = await load($2);');
  const run = Object.getPrototypeOf(async () => {}).constructor('load', body);
  const modules: Record<string, () => Promise<unknown>> = {
    'node:fs/promises': () => import('node:fs/promises'),
    '@llamella/model-smollm2-135m-instruct': () => import('@llamella/model-smollm2-135m-instruct'),
  };
  await run((name: string) => modules[name]?.());
  expect(log.mock.calls).toEqual([['SmolLM2-135M-Instruct', 'GGUF', 50694944]]);
  log.mockRestore();
});
