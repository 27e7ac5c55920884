import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder for peers and their data; ignored by git. */
export const peerFolder = join(import.meta.dirname, '.peer');

/**
 * Installs pinned npm packages into a folder of their own, unless they are there. They are no dependencies of the
 * workspace, and their install scripts do not run.
 *
 * @param versions of packages by name
 * @returns the folder, below {@link peerFolder}
 * @throws {Error} when npm fails
 */
export function installNpm(
  name: string,
  versions: Readonly<Record<string, string>>,
  log: (line: string) => void,
): string {
  const folder = join(peerFolder, name);
  const wanted = Object.entries(versions);
  if (wanted.every(([each, version]) => installedVersion(folder, each) === version)) return folder;
  log(`installing ${wanted.map(([each, version]) => `${each} ${version}`).join(', ')} (once) …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  const flags = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync('npm', ['install', '--prefix', folder, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm install of ${name} failed (status ${status})`, { cause: error });
  return folder;
}

function installedVersion(folder: string, name: string): string | undefined {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version;
}
