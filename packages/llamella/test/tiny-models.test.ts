import { readdirSync } from 'node:fs';
import { cpuExactProfile, cpuProfile } from '@llamella/graph';
import { expect, test } from 'vitest';
import { goldenFile, readGolden } from './support/golden-file.ts';
import { goldenLogits, type LogitsGolden, largestDifference, runLogits } from './support/run-logits.ts';

const names = readdirSync(goldenFile('tiny-models'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('there is a model of every architecture', () => {
  const architectures = [
    'llama',
    'mistral',
    'qwen2',
    'qwen3',
    'smollm3',
    'gemma2',
    'gemma3',
    'phi3',
    'granite',
  ];
  for (const architecture of architectures) {
    expect(names.some((name) => name.startsWith(architecture))).toBe(true);
  }
});

test.each(names)('%s: logits are those of transformers', async (name) => {
  const golden = readGolden<LogitsGolden>(`tiny-models/${name}/logits.json`);
  const expected = goldenLogits(golden);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const profile of [cpuExactProfile, cpuProfile]) {
    const { whole, stepped } = await runLogits(goldenFile(`tiny-models/${name}`), golden.tokens, profile);
    expect(largestDifference(whole, expected) / largest).toBeLessThan(1e-5);
    expect(largestDifference(stepped, expected) / largest).toBeLessThan(1e-5);
  }
});
