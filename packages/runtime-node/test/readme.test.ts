import { fileURLToPath } from 'node:url';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, it } from 'vitest';

it('prints what the README says', async () => {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const examples = await readmeExamples(folder);
  expect(examples).toHaveLength(1);
  for (const example of examples) expect(await runExample(folder, example)).toBe(example.output);
});
