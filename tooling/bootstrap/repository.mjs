import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the clone. Symbolic links in it are kept as the user wrote them. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folder for what set-up makes; ignored by git. */
export const toolsFolder = join(root, '.tools');

/** Where package managers put the executables of the workspace and of pnpm. */
export const workspaceBin = join(root, 'node_modules', '.bin');
export const toolsBin = join(toolsFolder, 'node_modules', '.bin');

/** The version of pnpm that this repository is developed with, from the root package.json. */
export function wantedPnpmVersion() {
  const manifest = readJson(join(root, 'package.json'));
  const version = manifest.devEngines?.packageManager?.version;
  if (typeof version !== 'string')
    throw new Error('package.json: devEngines.packageManager.version is missing');
  return version;
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The parsed file, or undefined when it does not exist or is not JSON. */
export function readJsonIfValid(path) {
  try {
    return readJson(path);
  } catch {
    return undefined;
  }
}
