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

/** Vitest's projects of this step: their folder, their configuration and the report that it names. */
const projects = [
  { folder: 'tooling/browser', config: 'vitest.config.ts', report: 'vitest.json' },
  { folder: 'apps/web', config: 'vitest.e2e.config.ts', report: 'e2e.json' },
];

/**
 * Runs the tests of tooling/browser on the built packages, and those of the built page. Without a browser they are
 * skipped with a note; in CI that is a failure.
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
  const tally = new Tally();
  const outputs = [];
  const deadline = performance.now() + timeoutMs;
  for (const project of projects) {
    const result = await runProject(project, { timeoutMs: deadline - performance.now(), node, browser });
    tally.add(result.count);
    outputs.push(result.output);
  }
  return {
    tally,
    output: outputs.join('\n'),
    ...(browser === undefined && { note: `skipped: ${problem}; ${howToGetBrowser}` }),
  };
}

async function runProject({ folder, config, report: reportName }, { timeoutMs, node, browser }) {
  const cwd = join(root, folder);
  const report = join(cwd, '.test-results', reportName);
  rmSync(report, { force: true });
  const vitest = join(cwd, 'node_modules', 'vitest', 'vitest.mjs');
  const { code, output } = await runQuietly(node, [vitest, 'run', '--config', config], {
    cwd,
    env: toolEnvironment({ NO_COLOR: '1', ...(browser && { CHROME_PATH: browser }) }),
    timeoutMs: Math.max(timeoutMs, 1),
  });
  const { problems, ...count } = countVitestReport(readJsonIfValid(report), code === 0);
  return { count, output: `${output}\n${problems.map((each) => `failed: ${each}`).join('\n')}` };
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

/** From turbo's cache where the packages did not change since they were built; the page anew. */
async function buildPackages(timeoutMs) {
  const names = listPackages()
    .filter(({ folder, published }) => folder === 'apps/web' || (published && folder.startsWith('packages/')))
    .map(({ name }) => name);
  const { succeeded, output } = await runTurboTask('build', names, { timeoutMs });
  return names.every((name) => succeeded.get(name)) ? '' : output;
}
