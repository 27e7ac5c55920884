import { describe, expect, test } from 'vitest';
import type { CandidateName, Measurement } from '../measurement.ts';
import { readOptions } from '../options.ts';
import { type BenchReport, jsonOf, markdownOf, type RunRecord, tableOf } from '../report.ts';
import { spreadOf } from '../statistics.ts';

const measurement = (decodeTokensPerSecond: number): Measurement => ({
  loadMs: 1,
  firstTokenMs: 2,
  loadToFirstTokenMs: 3,
  decodeTokensPerSecond,
  longestTimerGapMs: 1.5,
  memory: { peak: 300 * 2 ** 20, resident: 200 * 2 ** 20 },
});

const record = (candidate: CandidateName, run: number, speed: number): RunRecord => ({
  candidate,
  scenario: 'decode-100',
  run,
  measurement: measurement(speed),
});

const runs = [
  record('llamella', 0, 150),
  record('node-llama-cpp', 0, 100),
  record('node-llama-cpp', 1, 80),
  record('llamella', 1, 90),
  record('llamella', 2, 120),
  record('node-llama-cpp', 2, 60),
];

describe('report', () => {
  test('spreadOf gives the middle and the ends', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(() => spreadOf([])).toThrow('no values');
  });

  test('tableOf shows medians, ranges and the ratio of medians', () => {
    const table = tableOf(runs);
    expect(table).toContain('| decode after 100 tokens (tok/s) | more | 120 (90–150) | 80 (60–100) | 1.50 |');
    expect(table).toContain(
      '| memory after decode, 100 tokens (MiB) | less | 200 (200–200) | 200 (200–200) | 1.00 |',
    );
    expect(table).not.toContain('prefill');
  });

  test('tableOf leaves the ratio open when one side is missing', () => {
    const own = runs.filter(({ candidate }) => candidate === 'llamella');
    expect(tableOf(own)).toContain('| decode after 100 tokens (tok/s) | more | 120 (90–150) | – | – |');
  });

  test('markdownOf and jsonOf carry command, date, machine and every measurement', () => {
    const report: BenchReport = {
      date: '2026-01-02',
      command: 'pnpm bench:node',
      model: 'x.gguf',
      peerVersion: '1.2.3',
      llamella: 'built package, default arithmetic',
      threads: 2,
      contextLength: 8192,
      machine: {
        processor: 'Processor X',
        cores: 2,
        memoryBytes: 8 * 2 ** 30,
        platform: 'linux-x64',
        node: 'v24.0.0',
        loadBefore: 0.25,
      },
      runs,
    };
    const text = markdownOf(report);
    expect(text).toContain('`pnpm bench:node` on 2026-01-02');
    expect(text).toContain('Processor X, 2 cores, 8 GiB, linux-x64, Node v24.0.0, load before 0.25');
    expect(text).toContain('median of 3 measurements');
    expect(JSON.parse(jsonOf(report))).toEqual(report);
  });
});

describe('readOptions', () => {
  const model = import.meta.filename;

  test('writes the report by default only when everything is measured', () => {
    expect(readOptions(['--model', model]).output).toMatch(/docs.benchmarks$/);
    expect(readOptions(['--model', model, '--only', 'llamella'])).not.toHaveProperty('output');
    expect(readOptions(['--model', model, '--scenario', 'load']).scenarios).toHaveLength(1);
  });

  test('names the argument that is wrong', () => {
    expect(() => readOptions(['--model', '/nowhere.gguf'])).toThrow('--model: there is no file');
    expect(() => readOptions(['--model', model, '--runs', '0'])).toThrow('--runs: a number from 1');
    expect(() => readOptions(['--model', model, '--only', 'x'])).toThrow('--only: x is none of llamella');
    expect(() => readOptions(['--frobnicate'])).toThrow('--frobnicate');
  });
});
