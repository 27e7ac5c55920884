import { fileURLToPath } from 'node:url';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const examples = await readmeExamples(folder);

it('the README has examples', () => expect(examples.length).toBe(3));

it.each([...examples.entries()])('example %i of the README prints what it says', async (index, example) => {
  expect(await runExample(folder, example, `readme-${index}`)).toBe(example.output);
});
