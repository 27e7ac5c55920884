import { expect, test } from 'vitest';
import { readmeExample } from '../pack/readme-example.mjs';
import { workspaceClosure } from '../pack/workspace-closure.mjs';

test('takes the first TypeScript block of a README', () => {
  const markdown = '# x\n```sh\nnpm i\n```\n```ts\nconst a = 1;\n```\n```ts\nconst b = 2;\n```\n';
  expect(readmeExample(markdown)).toBe('const a = 1;\n');
  expect(readmeExample('# x\n```js\n1\n```\n')).toBeUndefined();
});

test('collects the workspace packages that a package needs', () => {
  const packages = new Map(
    Object.entries({ a: ['b', 'library'], b: ['c'], c: ['a'], d: [] }).map(([name, needs]) => [
      name,
      { manifest: { dependencies: Object.fromEntries(needs.map((need) => [need, '1'])) } },
    ]),
  );
  expect(workspaceClosure('a', packages)).toEqual(['a', 'b', 'c']);
  expect(() => workspaceClosure('x', packages)).toThrow('x is not a package');
});
