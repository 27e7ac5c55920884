/**
 * Counts the tests in a report of vitest's JSON reporter.
 *
 * A file that fails without a failed test in it (it could not be imported, or a hook failed) counts as one failure.
 * A run that ended with a failure which the report does not show (an unhandled error) counts as one too, and so does
 * a run without any test.
 *
 * @param {object | undefined} report the parsed report, undefined when there is none
 * @param {boolean} commandSucceeded whether vitest ended with exit code 0
 * @returns {{ passed: number, failed: number, skipped: number, problems: string[] }}
 */
export function countVitestReport(report, commandSucceeded) {
  const count = { passed: 0, failed: 0, skipped: 0, problems: [] };
  if (!Array.isArray(report?.testResults)) {
    return { ...count, failed: 1, problems: ['vitest wrote no report'] };
  }
  for (const file of report.testResults) {
    let failedHere = 0;
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') count.passed++;
      else if (status === 'failed') {
        failedHere++;
        count.problems.push(`${file.name}: ${fullName}`);
      } else count.skipped++;
    }
    if (file.status === 'failed' && failedHere === 0) {
      failedHere = 1;
      count.problems.push(`${file.name}: ${file.message || 'failed outside of its tests'}`);
    }
    count.failed += failedHere;
  }
  if (count.passed + count.failed + count.skipped === 0) {
    return { ...count, failed: 1, problems: ['the package has no tests'] };
  }
  if (count.failed === 0 && !commandSucceeded) {
    return { ...count, failed: 1, problems: ['vitest failed although no test did'] };
  }
  return count;
}
