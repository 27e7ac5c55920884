import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('support/load-and-dispose.ts', import.meta.url));

/** What glibc's allocator keeps for later would hide a leak, or look like one: these make it give memory back. */
const allocator = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

test('a disposed model gives its memory back', async () => {
  const flags = ['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning', '--expose-gc'];
  const env = { ...process.env, ...allocator };
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { env });
  const resident: number[] = JSON.parse(stdout);
  expect(resident).toHaveLength(4);
  expect(resident[3]! / resident[0]!).toBeLessThan(1.3);
});
