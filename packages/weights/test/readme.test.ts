import { fileURLToPath } from 'node:url';
import { readmeExamples, runExample } from '@llamella/conformance';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const examples = await readmeExamples(folder);

it('has five examples', () => expect(examples).toHaveLength(5));

it.each(examples.map((example, index) => ({ number: index + 1, example })))(
  'example $number prints what the README says',
  async ({ number, example }) => {
    expect(await runExample(folder, example, `readme-${number}`)).toBe(example.output);
  },
);
