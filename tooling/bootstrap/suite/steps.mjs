import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { toolEnvironment } from '../environment.mjs';
import { readJsonIfValid, root } from '../repository.mjs';
import { runQuietly } from '../run-quietly.mjs';
import { browserTests } from './browser-tests.mjs';
import { checkProgram } from './check-program.mjs';
import { Tally } from './tally.mjs';
import { runTurboTask } from './turbo-tasks.mjs';
import { countVitestReport } from './vitest-report.mjs';
import { listPackages } from './workspace.mjs';

/**
 * The steps of the suite, in their order. Each gets `{ timeoutMs, force, node }` and returns a tally, the output
 * to show if something failed, and possibly a note to show in any case.
 */
export const steps = [
  { name: 'lint', label: 'Formatting and lint', run: lint },
  {
    name: 'typecheck',
    label: 'Type check',
    run: (options) => perPackage('typecheck', withScript('typecheck'), options),
  },
  { name: 'units', label: 'Unit tests', run: unitTests },
  { name: 'build', label: 'Build', run: (options) => perPackage('build', withScript('build'), options) },
  { name: 'exports', label: 'Package exports', run: packageExports },
  { name: 'size', label: 'Bundle sizes', run: bundleSizes },
  { name: 'browser', label: 'Browser tests', run: browserTests },
  {
    name: 'repository',
    label: 'Repository rules',
    run: (options) => checkProgram('checks/repository.mjs', options),
  },
  {
    name: 'reference',
    label: 'API reference',
    run: (options) => checkProgram('docs/check-api.mjs', options),
  },
  {
    name: 'pack',
    label: 'Pack and install',
    run: (options) => checkProgram('checks/pack-install.mjs', options),
  },
];

function withScript(script) {
  return listPackages().filter(({ manifest }) => manifest.scripts?.[script] !== undefined);
}

async function lint({ timeoutMs }) {
  const result = await runQuietly('biome', ['ci', '--colors=off', '.'], {
    cwd: root,
    env: toolEnvironment(),
    timeoutMs,
  });
  const passed = result.code === 0;
  return { tally: new Tally().add(passed ? { passed: 1 } : { failed: 1 }), output: result.output };
}

async function perPackage(task, packages, options) {
  const tally = new Tally();
  if (packages.length === 0) return { tally, output: '' };
  const names = packages.map(({ name }) => name);
  const { succeeded, output } = await runTurboTask(task, names, options);
  const failed = names.filter((name) => !succeeded.get(name));
  tally.add({ passed: names.length - failed.length, failed: failed.length });
  return { tally, output: `${output}\n${failed.map((name) => `failed: ${task} of ${name}`).join('\n')}` };
}

async function unitTests({ timeoutMs, force }) {
  const packages = withScript('test');
  const reportOf = ({ folder }) => join(root, folder, '.test-results', 'vitest.json');
  // Whatever lies there afterwards was written by this run, or put back from turbo's cache of an identical one.
  for (const item of packages) rmSync(reportOf(item), { force: true });
  const { succeeded, output } = await runTurboTask(
    'test',
    packages.map(({ name }) => name),
    { timeoutMs, force, concurrency: Math.min(2, availableParallelism()), env: sharedData() },
  );
  const tally = new Tally();
  const problems = [];
  for (const item of packages) {
    const count = countVitestReport(readJsonIfValid(reportOf(item)), succeeded.get(item.name));
    tally.add(count);
    problems.push(...count.problems.map((problem) => `failed: ${item.name}: ${problem}`));
  }
  return { tally, output: `${output}\n${problems.join('\n')}` };
}

/** Names the folder of large test data, so that results with it and without it are cached apart. */
function sharedData() {
  if (process.env.LLAMELLA_SHARED_DATA !== undefined) return {};
  const beside = join(root, '..', 'shared', 'data');
  return existsSync(beside) ? { LLAMELLA_SHARED_DATA: beside } : {};
}

function packageExports(options) {
  return perPackage(
    'check:exports',
    withScript('check:exports').filter(({ published }) => published),
    options,
  );
}

function bundleSizes(options) {
  return perPackage(
    'size',
    listPackages().filter((item) => item.has('.size-limit.json')),
    options,
  );
}
