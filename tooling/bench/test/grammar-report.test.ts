import { expect, it } from 'vitest';
import { grammarMarkdown, grammarTable } from '../grammar-report.ts';
import type { GrammarRecord } from '../grammar-run.ts';
import { describeMachine } from '../machine.ts';

const record = (given: Partial<GrammarRecord>): GrammarRecord => ({
  name: 'one',
  temperature: 0,
  seed: 1,
  maxTokens: 100,
  text: '{}',
  tokens: 50,
  finishReason: 'stop',
  compileMs: 2,
  grammarMs: 10,
  worstMaskMs: 3,
  generateMs: 1000,
  ...given,
});
const rows = [
  { name: 'one', free: 10, records: [record({}), record({ tokens: 100, compileMs: 0.1, worstMaskMs: 4 })] },
  { name: 'two', free: 30, records: [record({ name: 'two', seed: 7, fault: 'data must be array' })] },
];

it('adds up the texts of a schema, and those of all', () => {
  const lines = grammarTable(rows).split('\n');
  expect(lines.slice(2)).toEqual([
    '| one | 2, 2 | 150 | 1 | 2.0 | 0.13 | 4.0 | 75 | 10 |',
    '| two | 1, 0 | 50 | 0 | 2.0 | 0.20 | 3.0 | 50 | 30 |',
    '| **all** | 3, 2 | 200 | 1 | – | 0.15 | 4.0 | 67 | 15 |',
  ]);
});

it('names what is not valid', () => {
  const text = grammarMarkdown(rows, describeMachine(), 'pnpm bench:grammar', new Date('2026-01-02'));
  expect(text).toContain('**2 of 3 texts are valid**');
  expect(text).toContain('not valid: two at 0, seed 7: data must be array');
});
