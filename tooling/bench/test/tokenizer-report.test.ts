import { expect, it } from 'vitest';
import type { LibraryName, VocabularyName } from '../tokenizer/contenders.ts';
import { markdownOf, type RoundRecord, tablesOf } from '../tokenizer/report.ts';

const record = (
  library: LibraryName,
  vocabulary: VocabularyName,
  ...milliseconds: number[]
): RoundRecord => ({
  contender: { library, vocabulary },
  result: {
    loadMs: milliseconds[0]! * 10,
    texts: [{ name: 'English', count: 3, hash: '00', firstMs: milliseconds[0]!, passesMs: milliseconds }],
  },
});

const report = {
  machine: { processor: 'CPU', cores: 2, memoryBytes: 2 ** 32, platform: 'os', node: 'v1', loadBefore: 0 },
  options: {
    rounds: 2,
    passes: 3,
    textBytes: 1_000_000,
    hostileLength: 1_000_000,
    hostileLimitMs: 60_000,
    only: [],
    vocabularies: [],
    hostile: true,
  },
  texts: [{ name: 'English', path: 'English.txt', bytes: 1_000_000 }],
  rounds: [
    record('llamella', 'o200k', 100, 50, 25),
    record('llamella', 'o200k', 100, 100, 100),
    record('gpt-tokenizer', 'o200k', 400, 200, 200),
  ],
  hostile: [
    { contender: { library: 'llamella', vocabulary: 'o200k' }, text: 'random letters', milliseconds: 5 },
    { contender: { library: 'js-tiktoken', vocabulary: 'o200k' }, text: 'random letters' },
  ],
} as const;

it('compares the medians of processes, by time for loading and by speed for texts', () => {
  const tables = tablesOf(report);
  expect(tables).toContain('| o200k, English | 15.0 (10.0–20) | gpt-tokenizer: 5.0 | 3.00 |');
  expect(tables).toContain('| o200k, English | 10.0 (10.0–10.0) | gpt-tokenizer: 2.5 | 4.00 |');
  expect(tables).toContain(
    '| o200k, from ranks, or built in | 1000 (1000–1000) | gpt-tokenizer: 4000 | 4.00 |',
  );
  expect(tables).not.toContain('llama-3.1');
});

it('names what took too long, and how it was measured', () => {
  const text = markdownOf(report, 'pnpm bench:tokenizer', new Date(0));
  expect(text).toContain('| llamella, o200k | 5.0 ms |');
  expect(text).toContain('| js-tiktoken, o200k | > 60 s |');
  expect(text).toContain('Written by `pnpm bench:tokenizer` on 1970-01-01.');
});
