import { fileURLToPath } from 'node:url';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const examples = await readmeExamples(folder);

it('has an example', () => expect(examples).toHaveLength(1));

it.each(examples)('prints what the README says', async (example) => {
  expect(await runExample(folder, example)).toBe(example.output);
});
