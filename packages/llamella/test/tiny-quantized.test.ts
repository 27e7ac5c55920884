import { readdirSync } from 'node:fs';
import { cpuExactProfile, cpuProfile } from '@llamella/graph';
import { expect, test } from 'vitest';
import { goldenFile, readGolden } from './support/golden-file.ts';
import { goldenLogits, type LogitsGolden, largestDifference, runLogits } from './support/run-logits.ts';

const names = readdirSync(goldenFile('tiny-quantized'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('there is a model of every method', () => {
  for (const method of ['awq', 'ct', 'fp8', 'gptq', 'modelopt']) {
    expect(names.some((name) => name.startsWith(method))).toBe(true);
  }
});

test.each(names)('%s: logits are those of the decoded weights', async (name) => {
  const golden = readGolden<LogitsGolden>(`tiny-quantized/${name}/logits.json`);
  const expected = goldenLogits(golden);
  const path = goldenFile(`tiny-quantized/${name}`);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const exact = await runLogits(path, golden.tokens, cpuExactProfile);
  expect(largestDifference(exact.whole, expected) / largest).toBeLessThan(1e-5);
  expect(largestDifference(exact.stepped, expected) / largest).toBeLessThan(1e-5);
  // Activations on an 8-bit grid move the logits of random weights by more than those of a trained model.
  const fast = await runLogits(path, golden.tokens, cpuProfile);
  expect(largestDifference(fast.whole, expected) / largest).toBeLessThan(0.15);
});
