import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The tracked files of a clone, as the rules see them.
 *
 * @param {string} root
 * @returns {{ root: string, files: string[], packages: object[], read: (file: string) => string,
 *   size: (file: string) => number, git: (...gitArguments: string[]) => string }} paths are relative to `root`, with `/`
 */
export function loadRepository(root) {
  const git = (...gitArguments) =>
    execFileSync('git', ['-c', `safe.directory=${root}`, ...gitArguments], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const isFile = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile() ?? false;
  const files = git('ls-files', '-z').split('\0').filter(Boolean).filter(isFile);
  const read = (file) => readFileSync(join(root, file), 'utf8');
  return {
    root,
    files,
    packages: listPackages(files, read),
    read,
    size: (file) => statSync(join(root, file)).size,
    git,
  };
}

/** Workspace packages among the files: `{ name, folder, manifest, published, files, isApp }`. */
export function listPackages(files, read) {
  return files
    .filter((file) => /^(packages|apps|tooling)\/[^/]+\/package\.json$/.test(file))
    .map((file) => {
      const folder = file.slice(0, -'/package.json'.length);
      const manifest = JSON.parse(read(file));
      return {
        name: manifest.name,
        folder,
        manifest,
        published: manifest.private !== true,
        isApp: folder.startsWith('apps/'),
        files: files
          .filter((other) => other.startsWith(`${folder}/`))
          .map((other) => other.slice(folder.length + 1)),
      };
    });
}
