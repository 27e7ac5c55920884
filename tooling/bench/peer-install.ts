import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const peerVersion = '3.22.1';

const folder = join(import.meta.dirname, '.peer');
const packageFolder = join(folder, 'node_modules', 'node-llama-cpp');

/** The module to import, once {@link installPeer} has run. */
export const peerEntry = join(packageFolder, 'dist', 'index.js');

/** CPU binaries that node-llama-cpp publishes, by `process.platform` and `process.arch`. */
const binaries: Readonly<Record<string, string>> = {
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'linux-arm64': 'linux-arm64',
  'linux-x64': 'linux-x64',
  'win32-arm64': 'win-arm64',
  'win32-x64': 'win-x64',
};

/** Folder with llama.cpp's own libraries, once {@link installPeer} has run. */
export const peerBinaries = (): string => {
  const binary = binaries[`${process.platform}-${process.arch}`] ?? 'none';
  return join(folder, 'node_modules', '@node-llama-cpp', binary, 'bins', binary);
};

/**
 * Installs the pinned node-llama-cpp and its CPU binary beside this file, unless they are there. It is no dependency of
 * the workspace, so that a clone installs quickly, and its install scripts, which may compile, do not run.
 *
 * @throws {Error} when there is no binary for this platform or npm fails
 */
export function installPeer(log: (line: string) => void): void {
  if (installedVersion() === peerVersion) return;
  const platform = `${process.platform}-${process.arch}`;
  const binary = binaries[platform];
  if (binary === undefined) throw new Error(`node-llama-cpp has no prebuilt binary for ${platform}`);
  log(`installing node-llama-cpp ${peerVersion} (once) …`);
  mkdirSync(folder, { recursive: true });
  const names = ['node-llama-cpp', `@node-llama-cpp/${binary}`].map((name) => `${name}@${peerVersion}`);
  const flags = [
    '--ignore-scripts',
    '--omit=optional',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
  ];
  const { status, error } = spawnSync('npm', ['install', '--prefix', folder, ...flags, ...names], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error(`npm install of node-llama-cpp failed (status ${status})`, { cause: error });
}

function installedVersion(): string | undefined {
  const manifest = join(packageFolder, 'package.json');
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version;
}
