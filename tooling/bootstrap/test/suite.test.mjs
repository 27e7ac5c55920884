import { expect, test } from 'vitest';
import { runQuietly } from '../run-quietly.mjs';
import { Tally } from '../suite/tally.mjs';
import { countVitestReport } from '../suite/vitest-report.mjs';

const report = (...files) => ({
  testResults: files.map(([status, ...statuses]) => ({
    name: 'x.test.ts',
    status,
    message: '',
    assertionResults: statuses.map((each) => ({ status: each, fullName: each })),
  })),
});

test('prints skipped tests only when there are some', () => {
  expect(String(new Tally().add({ passed: 2 }).add({ passed: 1, failed: 1 }))).toBe('3 passed, 1 failed');
  expect(String(new Tally().add({ passed: 2, skipped: 3 }))).toBe('2 passed, 0 failed, 3 skipped');
});

test.each([
  [
    'passed, failed and skipped tests',
    report(['failed', 'passed', 'failed', 'pending', 'todo']),
    false,
    [1, 1, 2],
  ],
  ['a file that cannot be imported', report(['passed', 'passed'], ['failed']), false, [1, 1, 0]],
  ['a failing hook after passing tests', report(['failed', 'passed']), false, [1, 1, 0]],
  ['an error outside of all tests', report(['passed', 'passed']), false, [1, 1, 0]],
  ['no tests at all', report(), true, [0, 1, 0]],
  ['no report', undefined, true, [0, 1, 0]],
  ['a report that is something else', {}, true, [0, 1, 0]],
  ['only passing tests', report(['passed', 'passed', 'passed']), true, [2, 0, 0]],
])('counts %s', (_name, content, succeeded, [passed, failed, skipped]) => {
  const count = countVitestReport(content, succeeded);
  expect(count).toMatchObject({ passed, failed, skipped });
  expect(count.problems).toHaveLength(failed);
});

test('a command that takes too long is ended with its children', async () => {
  const started = performance.now();
  const result = await runQuietly('sh', ['-c', 'echo begun; sleep 30 & sleep 30'], { timeoutMs: 300 });
  expect(result).toMatchObject({ code: 124, timedOut: true });
  expect(result.output).toContain('begun');
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('a command that does not exist is a failure, not a crash', async () => {
  const result = await runQuietly('llamella-no-such-program', []);
  expect(result.code).toBe(127);
  expect(result.output).toContain('ENOENT');
});
