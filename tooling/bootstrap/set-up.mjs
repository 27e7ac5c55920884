import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnvironment } from './environment.mjs';
import { builtFiles, installFingerprint, sourceFingerprint } from './fingerprint.mjs';
import { acquireLock } from './lock.mjs';
import { findNodeBinary, isStillNodeBinary } from './node-binary.mjs';
import { reportStep } from './report-step.mjs';
import { readJsonIfValid, root, toolsFolder, wantedPnpmVersion } from './repository.mjs';
import { runQuietly } from './run-quietly.mjs';
import { SetUpError } from './set-up-error.mjs';

const stampPath = join(toolsFolder, 'set-up.json');
const pnpmFolder = join(toolsFolder, 'node_modules', 'pnpm');

/**
 * Brings the clone into a usable state: pnpm, the dependencies, a Node that is new enough and, with `build`, a built
 * app. Does nothing when nothing changed since the last time. Steps are reported on stderr.
 *
 * @param {{ build?: 'cli' | 'web' }} [options] `build` is a folder of apps/
 * @returns {Promise<{ node: string }>} path of the Node executable to use
 * @throws {SetUpError}
 */
export async function setUp({ build } = {}) {
  const ready = readyState(build);
  if (ready !== undefined) return ready;
  const release = await acquireLock(toolsFolder, {
    onWait: ({ pid }) =>
      process.stderr.write(`Waiting for another set-up of this clone (process ${pid}) ...\n`),
  });
  try {
    return readyState(build) ?? (await runSteps(build));
  } finally {
    release();
  }
}

/** What the last complete set-up left, if it still holds. */
function readyState(build) {
  const stamp = readJsonIfValid(stampPath);
  if (stamp === undefined || !isInstalled(stamp)) return undefined;
  if (build !== undefined && !isBuilt(stamp, build)) return undefined;
  return { node: stamp.node };
}

function isInstalled(stamp) {
  return (
    isStillNodeBinary(root, stamp.node) &&
    stamp.install === installFingerprint(root) &&
    existsSync(join(root, 'node_modules', '.modules.yaml')) &&
    installedPnpmVersion() === wantedPnpmVersion()
  );
}

function isBuilt(stamp, app) {
  const built = stamp.built?.[app];
  return (
    built !== undefined &&
    built.sources === sourceFingerprint(root, app) &&
    built.files.every((file) => existsSync(join(root, file)))
  );
}

async function runSteps(build) {
  const previous = readJsonIfValid(stampPath);
  let stamp = previous;
  if (stamp === undefined || !isInstalled(stamp)) {
    rmSync(stampPath, { force: true });
    await installPnpm();
    const install = installFingerprint(root); // Before the installation: an edit during it makes the stamp stale.
    await installDependencies();
    stamp = { install, node: findNodeBinary(root) };
    writeStamp(stamp);
  }
  if (build !== undefined && !isBuilt(stamp, build)) {
    const others = Object.entries(stamp.built ?? {}).filter(([app]) => app !== build);
    stamp = { ...stamp, built: Object.fromEntries(others) };
    writeStamp(stamp);
    const sources = sourceFingerprint(root, build); // Before the build, for the same reason.
    await buildApp(build);
    stamp.built[build] = { sources, files: builtFiles(root, build) };
    writeStamp(stamp);
  }
  return { node: stamp.node };
}

async function installPnpm() {
  const version = wantedPnpmVersion();
  if (installedPnpmVersion() !== version) {
    // Without --loglevel, `npm start --silent` would pass its silence on and hide the reason of a failure.
    const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const npmArguments = ['install', '--prefix', toolsFolder, ...quiet, `pnpm@${version}`];
    const npmProgram = process.env.npm_execpath ?? '';
    const command = npmProgram.endsWith('npm-cli.js')
      ? [process.execPath, npmProgram, ...npmArguments]
      : ['npm', ...npmArguments];
    await step(`Installing pnpm ${version}`, () => run(command, toolsFolder));
  }
  // The install script that npm did not run: puts the native executable in place of a script that needs a shell.
  const result = await run([process.execPath, join(pnpmFolder, 'install.js')], pnpmFolder);
  if (result.code !== 0) throw new SetUpError('pnpm cannot be used on this machine.', result.output);
}

function installedPnpmVersion() {
  return readJsonIfValid(join(pnpmFolder, 'package.json'))?.version;
}

async function installDependencies() {
  // CI keeps pnpm from asking questions.
  const settings = { CI: 'true' };
  await step('Installing dependencies', () => run(['pnpm', 'install', '--frozen-lockfile'], root, settings));
}

async function buildApp(app) {
  // Turbo builds what it depends on first.
  const command = [
    'turbo',
    'run',
    'build',
    `--filter=@llamella/${app}`,
    '--output-logs=errors-only',
    '--ui=stream',
  ];
  await step('Building', () => run(command, root));
}

/** Programs are found in the clone's own folders first, which `toolEnvironment` puts on the PATH. */
function run([program, ...programArguments], cwd, settings) {
  return runQuietly(program, programArguments, { cwd, env: toolEnvironment(settings) });
}

async function step(label, action) {
  await reportStep(label, async () => {
    const result = await action();
    if (result.code === 0) return;
    process.stderr.write(' failed\n');
    throw new SetUpError(
      `${label} failed with exit code ${result.code}; the next start tries again.`,
      result.output,
    );
  });
}

function writeStamp(stamp) {
  mkdirSync(toolsFolder, { recursive: true });
  const temporary = `${stampPath}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(stamp));
  renameSync(temporary, stampPath);
}
