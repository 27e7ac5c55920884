import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const workspaceFolders = ['packages', 'apps', 'tooling'];
const buildConfigFiles = [
  'tsup.config.ts',
  'tsup.browser.config.ts',
  'vite.config.ts',
  'tsconfig.json',
  'index.html',
];
const sourceFolders = ['src', 'site', 'public'];

/** Folders of all workspace packages below `root`, relative, sorted. */
export function workspacePackages(root) {
  return workspaceFolders.flatMap((folder) =>
    list(join(root, folder))
      .filter((entry) => entry.isDirectory() && existsSync(join(root, folder, entry.name, 'package.json')))
      .map((entry) => `${folder}/${entry.name}`)
      .sort(),
  );
}

/** Changes when `pnpm install` has to run again: contents of the lockfile, the workspace file, all manifests. */
export function installFingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const manifests = workspacePackages(root).map((folder) => `${folder}/package.json`);
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', ...manifests]) {
    const path = join(root, file);
    hash.update(`${file}\n`).update(existsSync(path) ? readFileSync(path) : 'absent');
  }
  return hash.digest('hex');
}

/** The packages that an app is built from, and the app itself. */
function buildFolders(root, app) {
  return workspacePackages(root).filter(
    (folder) => folder.startsWith('packages/') || folder === `apps/${app}`,
  );
}

/** Changes when the app has to be built again: names, sizes and times of sources and build settings. */
export function sourceFingerprint(root, app) {
  const hash = createHash('sha256');
  hash.update(installFingerprint(root));
  const add = (file) => {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  };
  const addFolder = (folder) => {
    for (const entry of list(join(root, folder)).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) addFolder(path);
      else add(path);
    }
  };
  for (const folder of buildFolders(root, app)) {
    for (const file of buildConfigFiles) if (existsSync(join(root, folder, file))) add(`${folder}/${file}`);
    for (const sources of sourceFolders) addFolder(`${folder}/${sources}`);
  }
  addFolder('tooling/tsconfig');
  add('turbo.json');
  return hash.digest('hex');
}

/** Every file in the `dist` folders that a build of the app fills, relative to `root`. */
export function builtFiles(root, app) {
  const files = [];
  const addFolder = (folder) => {
    for (const entry of list(join(root, folder))) {
      if (entry.isDirectory()) addFolder(`${folder}/${entry.name}`);
      else files.push(`${folder}/${entry.name}`);
    }
  };
  for (const folder of buildFolders(root, app)) addFolder(`${folder}/dist`);
  return files;
}

function list(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
