import { fileURLToPath } from 'node:url';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the example of the README prints what it says', async () => {
  const [example, ...others] = await readmeExamples(folder);
  expect(others).toEqual([]);
  expect(await runExample(folder, example!)).toBe(example!.output);
});
