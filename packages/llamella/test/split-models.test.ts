import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { weightsUrl } from '@llamella/model-smollm2-135m-instruct';
import { inspectModel } from 'llamella';
import { afterEach, expect, test } from 'vitest';
import { openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const first = fileURLToPath(weightsUrl);
const second = first.replace('-00001-of-', '-00002-of-');
const folder = temporaryFolder();

afterEach(() => expect(openModelFiles()).toEqual([]));

test.each([first, second])('one file of a split model is enough to name it: %s', async (path) => {
  const { files, tensors } = await inspectModel(path);
  expect(files).toEqual([first, second]);
  expect(tensors).toHaveLength(272);
});

test.each([first, second])('a link of another name leads to all files: %s', async (path) => {
  const link = join(folder.path, `link-to-${path === first ? 'first' : 'second'}`);
  symlinkSync(path, link);
  const { files, tensors } = await inspectModel(link);
  expect(files).toEqual([first, second]);
  expect(tensors).toHaveLength(272);
});
