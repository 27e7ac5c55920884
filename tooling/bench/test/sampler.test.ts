import { expect, it } from 'vitest';
import { measureLlamella } from '../sampler/llamella-candidate.ts';
import { createLogits } from '../sampler/logits.ts';
import { tableOf } from '../sampler/report.ts';
import { vocabularySize } from '../sampler/task.ts';

it('makes logits that are as uneven as those of a language model, and always the same', () => {
  const rows = createLogits();
  expect(createLogits()).toEqual(rows);
  const highest = rows.map((row) => {
    expect(row).toHaveLength(vocabularySize);
    const most = row.reduce((one, other) => Math.max(one, other));
    return 1 / row.reduce((total, logit) => total + Math.exp(logit - most), 0);
  });
  expect(Math.min(...highest)).toBeLessThan(0.5);
  expect(Math.max(...highest)).toBeGreaterThan(0.9);
});

it('measures every token that was asked for', () => {
  const task = { library: 'llamella', setting: 0, peers: '', warmUp: 2, tokens: 5 } as const;
  const { milliseconds, bytesPerToken } = measureLlamella(task);
  expect(milliseconds).toHaveLength(5);
  expect(milliseconds.every((each) => each > 0)).toBe(true);
  expect(bytesPerToken).toBeGreaterThanOrEqual(0);
});

it('compares times by the median', () => {
  const record = (library: 'llamella' | 'transformers.js', ...milliseconds: number[]) => ({
    library,
    setting: 1,
    result: { milliseconds, bytesPerToken: 12 },
  });
  const table = tableOf([record('llamella', 1, 2, 3), record('transformers.js', 8, 5, 9)]);
  expect(table).toContain(
    '| repetition penalty, top-k 40, temperature 0.8 | all | 2.00 | 8.00 | 4.0 | 12 | 12 |',
  );
});
