import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnvironment } from '../environment.mjs';
import { readJson, root } from '../repository.mjs';
import { runQuietly } from '../run-quietly.mjs';

const runsFolder = join(root, '.turbo', 'runs');

/**
 * Runs one task in the given packages, all of them even when some fail.
 *
 * @param {string} task name of a script
 * @param {string[]} packageNames
 * @param {{ timeoutMs: number, force?: boolean, concurrency?: number, env?: object }} options
 * @returns {Promise<{ succeeded: Map<string, boolean>, output: string }>} for each package whether its task
 *   succeeded; a task that did not run is reported as failed
 */
export async function runTurboTask(task, packageNames, { timeoutMs, force = false, concurrency, env = {} }) {
  const before = new Set(summaries());
  const turboArguments = [
    ...['run', task, '--continue=always', '--summarize', '--output-logs=errors-only', '--ui=stream'],
    ...(force ? ['--force'] : []),
    ...(concurrency === undefined ? [] : [`--concurrency=${concurrency}`]),
    ...packageNames.map((name) => `--filter=${name}`),
  ];
  const result = await runQuietly('turbo', turboArguments, {
    cwd: root,
    env: toolEnvironment({ NO_COLOR: '1', ...env }),
    timeoutMs,
  });
  const succeeded = new Map(packageNames.map((name) => [name, false]));
  for (const file of summaries().filter((name) => !before.has(name))) {
    const path = join(runsFolder, file);
    for (const { task: taskName, package: packageName, execution } of readJson(path).tasks) {
      if (taskName === task && succeeded.has(packageName))
        succeeded.set(packageName, execution?.exitCode === 0);
    }
    rmSync(path);
  }
  return { succeeded, output: result.output };
}

function summaries() {
  try {
    return readdirSync(runsFolder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
