import { fileURLToPath } from 'node:url';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the examples of the README print what it says', async () => {
  const examples = await readmeExamples(folder);
  expect(examples).toHaveLength(2);
  for (const example of examples) expect(await runExample(folder, example)).toBe(example.output);
});
