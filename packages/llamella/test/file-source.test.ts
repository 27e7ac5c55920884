import { mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describeByteSource } from '@llamella/conformance';
import { fileSource } from 'llamella';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

describeByteSource((bytes) => fileSource(folder.write(`source-${files++}`, bytes)));

test('a file that became shorter is an error at the first byte that is gone', async () => {
  const path = folder.write('shorter', new Uint8Array(100));
  const source = await fileSource(path);
  truncateSync(path, 40);
  const message = `${path} at byte 40: the file became shorter`;
  await expect(source.read(10, 60)).rejects.toMatchObject({ code: 'invalid-file', message });
  await source.close?.();
});

test('a folder and a missing file are errors', async () => {
  const path = join(folder.path, 'folder');
  mkdirSync(path);
  await expect(fileSource(path)).rejects.toMatchObject({
    code: 'invalid-file',
    message: `${path}: is not a file`,
  });
  const missing = join(folder.path, 'missing');
  const message = `${missing}: no such file`;
  await expect(fileSource(missing)).rejects.toMatchObject({ code: 'not-found', message });
});
