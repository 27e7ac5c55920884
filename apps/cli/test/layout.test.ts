import { describe, expect, test } from 'vitest';
import { createBenchPrompt } from '../src/bench-prompt.ts';
import { createColors } from '../src/colors.ts';
import { formatBytes, formatCount } from '../src/format.ts';
import { toPrintable } from '../src/printable.ts';
import { createProgressBar, renderProgress } from '../src/progress-bar.ts';
import { spread } from '../src/statistics.ts';
import { renderTable } from '../src/table.ts';
import { CapturedOutput } from './fake-context.ts';
import { byteTokenizer } from './fake-llamella.ts';

describe('renderTable', () => {
  const columns = [{ title: 'Name' }, { title: 'Size', align: 'right' as const }, { title: 'Note' }];

  test('aligns columns and wraps the last one', () => {
    expect(renderTable(columns, [['a', '1', 'one two three four five']], 28)).toBe(
      ['Name  Size  Note', 'a        1  one two three', '            four five', ''].join('\n'),
    );
  });

  test('moves the last column to lines of its own where there is no room', () => {
    expect(renderTable(columns, [['a', '1', 'one two three']], 20)).toBe(
      ['Name  Size', '    Note', 'a        1', '    one two three', ''].join('\n'),
    );
  });
});

describe('progress bar', () => {
  test.each([200, 60, 20, 12, 6, 1])('leaves a column free at %i columns', (columns) => {
    for (const loaded of [0, 1, 50, 100, 200]) {
      const line = renderProgress({ phase: 'compile', loaded, total: 100 }, columns);
      expect(line.length).toBeLessThan(columns);
    }
  });

  test('shows the share, and survives an unknown total', () => {
    expect(renderProgress({ phase: 'read', loaded: 1, total: 2 }, 24)).toBe('read [######-----]  50%');
    expect(renderProgress({ phase: 'read', loaded: 5, total: 0 }, 24)).toContain('  0%');
  });

  test('draws at most every 50 ms, always at the end, and cleans up', () => {
    const stderr = new CapturedOutput(true, 60);
    let time = 0;
    {
      using bar = createProgressBar({ stderr, environment: {} }, () => time);
      for (time = 0; time < 100; time += 10) bar.onProgress({ phase: 'read', loaded: time, total: 100 });
      bar.onProgress({ phase: 'read', loaded: 100, total: 100 });
    }
    expect(stderr.text.match(/read/g)).toHaveLength(3);
    expect(stderr.text.endsWith('100%\u001b[K\r\u001b[K')).toBe(true);
  });

  test('is silent in a pipe and on a dumb terminal', () => {
    for (const [isTTY, environment] of [
      [false, {}],
      [true, { TERM: 'dumb' }],
    ] as const) {
      const stderr = new CapturedOutput(isTTY);
      using bar = createProgressBar({ stderr, environment });
      bar.onProgress({ phase: 'read', loaded: 1, total: 1 });
      expect(stderr.text).toBe('');
    }
  });
});

test('colours are for terminals without NO_COLOR', () => {
  const green = (isTTY: boolean, environment: Record<string, string>) =>
    createColors(new CapturedOutput(isTTY), environment).green('x');
  expect(green(true, {})).toBe('\u001b[32mx\u001b[39m');
  expect(green(true, { NO_COLOR: '1' })).toBe('x');
  expect(green(true, { TERM: 'dumb' })).toBe('x');
  expect(green(false, { FORCE_COLOR: '1' })).toBe('x');
});

test('toPrintable keeps text, line feeds and tabs', () => {
  expect(toPrintable('a\tb\né😀\u001b[31m\u009b\r\u0000')).toBe('a\tb\né😀[31m');
});

test('figures', () => {
  expect([0, 1023, 1024, 70_778_880].map(formatBytes)).toEqual(['0 B', '1023 B', '1.0 KiB', '67.5 MiB']);
  expect([999, 134_515_008, 8_030_261_248].map(formatCount)).toEqual(['999', '134.5 M', '8.03 B']);
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
});

test('bench prompts are ordinary tokens, the same for the same seed', () => {
  const prompt = createBenchPrompt(byteTokenizer, 500, 1);
  expect(prompt).toHaveLength(500);
  expect(Math.max(...prompt)).toBeLessThan(256);
  expect(new Set(prompt).size).toBeGreaterThan(100);
  expect(createBenchPrompt(byteTokenizer, 500, 1)).toEqual(prompt);
  expect(createBenchPrompt(byteTokenizer, 500, 2)[0]).not.toBe(prompt[0]);
});
