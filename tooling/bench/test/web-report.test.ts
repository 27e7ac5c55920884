import { describe, expect, it } from 'vitest';
import type { Workload } from '../web/measure.ts';
import type { CandidateName } from '../web/peers.ts';
import { markdownOf, type PageRecord, tableOf } from '../web/report.ts';

const workload: Workload = {
  threads: 2,
  contextLength: 1024,
  promptTokens: 128,
  generatedTokens: 33,
  runs: 2,
};

function record(
  name: CandidateName,
  loadMs: number,
  runs: readonly [first: number, last: number][],
): PageRecord {
  const generations = runs.map(([firstTokenMs, lastTokenMs]) => ({ firstTokenMs, lastTokenMs, tokens: 33 }));
  return { name, measurement: { loadMs, runs: generations, peakBytes: 3 * 2 ** 20 } };
}

const records = [
  record('llamella', 1000, [
    [1000, 1800],
    [2000, 2400],
  ]),
  record('wllama', 500, [[4000, 7200]]),
  record('llamella', 3000, [[1280, 2080]]),
];

describe('the table', () => {
  it('has medians over all browsers, and how many times as fast Llamella is', () => {
    const rows = tableOf(records, workload).split('\n');
    expect(rows[2]).toBe('| Llamella | 40.0 | 100.0 | 1280 | 2.0 | 3 |');
    expect(rows[3]).toBe('| wllama 3.8.1 | 10.0 (4.00x) | 32.0 (3.13x) | 4000 | 0.5 | 3 |');
  });

  it('has no ratios without Llamella, and no memory where it cannot be read', () => {
    const { loadMs, runs } = records[1]!.measurement;
    const rows = tableOf([{ name: 'wllama', measurement: { loadMs, runs } }], workload).split('\n');
    expect(rows[2]).toBe('| wllama 3.8.1 | 10.0 | 32.0 | 4000 | 0.5 |  |');
  });
});

it('the page says how it was measured', () => {
  const machine = {
    processor: 'P',
    cores: 2,
    memoryBytes: 2 ** 34,
    platform: 'linux-x64',
    node: 'v24',
    loadBefore: 0,
  };
  const date = new Date('2026-11-22T08:00:00Z');
  const page = markdownOf(records, { workload, machine, rounds: 3, command: 'pnpm bench:web', date });
  expect(page).toContain('2 threads');
  expect(page).toContain('128 tokens of WikiText-2');
  expect(page).toContain('2026-11-22, P, 2 cores, 16 GiB');
});
