import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnvironment } from '../environment.mjs';
import { findBrowser, howToGetBrowser } from '../find-browser.mjs';
import { canInstallBrowser, installBrowser } from '../install-browser.mjs';
import { readJsonIfValid, root } from '../repository.mjs';
import { runQuietly } from '../run-quietly.mjs';
import { Tally } from './tally.mjs';
import { runTurboTask } from './turbo-tasks.mjs';
import { countVitestReport } from './vitest-report.mjs';
import { listPackages } from './workspace.mjs';

const folder = join(root, 'tooling', 'browser');

/**
 * Runs the tests of tooling/browser on the built packages. Without a browser they are skipped with a note; in CI that
 * is a failure.
 *
 * @param {{ timeoutMs: number, node: string }} options
 */
export async function browserTests({ timeoutMs, node }) {
  const { browser, problem } = await provideBrowser();
  if (browser === undefined && process.env.CI) {
    return { tally: new Tally().add({ failed: 1 }), output: `${problem}; ${howToGetBrowser}` };
  }
  const build = await buildPackages(timeoutMs);
  if (build !== '') return { tally: new Tally().add({ failed: 1 }), output: build };
  const report = join(folder, '.test-results', 'vitest.json');
  rmSync(report, { force: true });
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const { code, output } = await runQuietly(node, [vitest, 'run'], {
    cwd: folder,
    env: toolEnvironment({ NO_COLOR: '1', ...(browser && { CHROME_PATH: browser }) }),
    timeoutMs,
  });
  const { problems, ...count } = countVitestReport(readJsonIfValid(report), code === 0);
  return {
    tally: new Tally().add(count),
    output: `${output}\n${problems.map((each) => `failed: ${each}`).join('\n')}`,
    ...(browser === undefined && { note: `skipped: ${problem}; ${howToGetBrowser}` }),
  };
}

async function provideBrowser() {
  try {
    const found = findBrowser();
    if (found !== undefined) return { browser: found };
  } catch (error) {
    return { problem: error.message };
  }
  const missing = 'no Chromium, Chrome or Edge was found';
  if (!canInstallBrowser()) return { problem: missing };
  const failure = await installBrowser();
  const browser = findBrowser();
  return browser === undefined
    ? {
        problem: `${missing} and apt-get did not install one (${failure || 'although it reported no error'})`,
      }
    : { browser };
}

/** From turbo's cache where the packages did not change since they were built. */
async function buildPackages(timeoutMs) {
  const names = listPackages()
    .filter(({ folder: path, published }) => published && path.startsWith('packages/'))
    .map(({ name }) => name);
  const { succeeded, output } = await runTurboTask('build', names, { timeoutMs });
  return names.every((name) => succeeded.get(name)) ? '' : output;
}
