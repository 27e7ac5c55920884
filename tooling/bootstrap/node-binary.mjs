import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetUpError } from './set-up-error.mjs';

const oldestMajor = 22;
const oldestMinor = 18;

/**
 * The Node that runs what this repository builds: the one installed as a root optional dependency, or else the
 * ambient one if it is new enough.
 *
 * @throws {SetUpError} when there is neither
 */
export function findNodeBinary(root) {
  const bundled = bundledNode(root);
  const problem = existsSync(bundled) ? startProblem(bundled) : 'not installed for this platform';
  if (problem === undefined) return bundled;
  if (isNewEnough()) return process.execPath;
  throw new SetUpError(
    `Llamella needs Node ${oldestMajor}.${oldestMinor} or newer to run, and this is Node ${process.versions.node} ` +
      `(${process.platform} ${process.arch}). The copy that comes with the repository cannot be used here: ${problem}. ` +
      'Install a newer Node from https://nodejs.org and start again.',
  );
}

/** Whether a path returned by `findNodeBinary` earlier would be returned again; starts no process. */
export function isStillNodeBinary(root, path) {
  return path === bundledNode(root) ? existsSync(path) : path === process.execPath && isNewEnough();
}

function bundledNode(root) {
  return join(root, 'node_modules', '.bin', 'node');
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function startProblem(path) {
  const result = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (result.error !== undefined) return result.error.message;
  return result.status === 0 ? undefined : `it does not start: ${result.stderr.trim()}`;
}
