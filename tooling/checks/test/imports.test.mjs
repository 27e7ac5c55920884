import { expect, test } from 'vitest';
import { checkImports, importsOf } from '../rules/imports.mjs';
import { problemsOf } from './fake-repository.mjs';

const manifest = (name, dependencies = {}) => JSON.stringify({ name, dependencies });
const workspace = {
  'packages/spec/package.json': manifest('@llamella/spec'),
  'packages/sampler/package.json': manifest('@llamella/sampler', { '@llamella/spec': 'workspace:^' }),
  'packages/graph/package.json': manifest('@llamella/graph', {
    '@llamella/spec': 'workspace:^',
    '@llamella/sampler': 'workspace:^',
    protobuf: '1',
  }),
  'packages/hub/package.json': manifest('@llamella/hub', { '@llamella/spec': 'workspace:^' }),
  'packages/runtime-node/package.json': manifest('@llamella/runtime-node'),
  'packages/llamella/package.json': manifest('llamella', { '@llamella/graph': 'workspace:^' }),
  'apps/cli/package.json': manifest('@llamella/cli', { llamella: 'workspace:^' }),
};
const problems = (file, text) => problemsOf(checkImports, { ...workspace, [file]: text });

test('finds every form of import, and none in comments and strings', () => {
  const text = `
    import a from 'one';
    import type { B } from 'two';
    export { c } from 'three';
    const d = await import('four');
    type E = import('five').E;
    import 'six';
    // import x from 'comment';
    const s = "import y from 'string'";`;
  expect(importsOf(text).sort()).toEqual(['five', 'four', 'one', 'six', 'three', 'two']);
});

test.each([
  ['packages/graph/src/index.ts', "import type { Tensor } from '@llamella/spec';"],
  ['packages/graph/src/index.ts', "import { p } from 'protobuf/sub';"],
  ['packages/graph/src/index.ts', "import { n } from './node.ts';"],
  ['packages/graph/src/a/b.ts', "import { p } from '../c.ts';"],
  ['packages/runtime-node/src/index.ts', "import { open } from 'node:fs';"],
  ['packages/hub/src/node.ts', "import 'node:fs'; import { d } from './node/disk.ts';"],
  ['packages/hub/src/node/disk.ts', "import 'node:fs'; import { p } from '../pull.ts';"],
  ['packages/llamella/src/index.ts', "import { g } from '@llamella/graph'; import 'node:fs';"],
  ['apps/cli/src/main.ts', "import { loadModel } from 'llamella';"],
  ['packages/graph/test/a.test.ts', "import { x } from 'anything';"],
])('allows in %s: %s', (file, text) => {
  expect(problems(file, text)).toEqual([]);
});

test.each([
  ['packages/graph/src/index.ts', "import { s } from '@llamella/sampler';", 'must not know'],
  ['packages/sampler/src/index.ts', "import type { X } from 'llamella';", 'not among the dependencies'],
  ['packages/spec/src/index.ts', "export { x } from '@llamella/sampler';", 'not among the dependencies'],
  ['packages/graph/src/index.ts', "import { z } from 'zod';", 'not among the dependencies'],
  ['packages/graph/src/index.ts', "import { open } from 'node:fs';", 'must not depend on Node'],
  ['packages/graph/src/index.ts', "import { open } from 'fs/promises';", 'must not depend on Node'],
  ['packages/graph/src/index.ts', "const x = await import('node:fs');", 'must not depend on Node'],
  ['packages/hub/src/pull.ts', "import { open } from 'node:fs';", 'must not depend on Node'],
  ['packages/hub/src/pull.ts', "import { d } from './node/disk.ts';", 'only the entry point for Node'],
  ['packages/graph/src/node/a.ts', "import { open } from 'node:fs';", 'must not depend on Node'],
  ['packages/graph/src/index.ts', "import { p } from '../../sampler/src/index.ts';", 'outside of src'],
  ['packages/graph/src/index.ts', "import { p } from './c.js';", 'end in .ts'],
])('refuses in %s: %s', (file, text, reason) => {
  expect(problems(file, text)).toEqual([expect.stringContaining(reason)]);
});
