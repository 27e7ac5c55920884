import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspacePackages } from '../fingerprint.mjs';
import { readJson, root } from '../repository.mjs';

/**
 * The workspace packages.
 *
 * @returns {{ name: string, folder: string, manifest: object, published: boolean, has: (file: string) => boolean }[]}
 *   `folder` is relative to the root
 */
export function listPackages() {
  return workspacePackages(root).map((folder) => {
    const manifest = readJson(join(root, folder, 'package.json'));
    return {
      name: manifest.name,
      folder,
      manifest,
      published: manifest.private !== true,
      has: (file) => existsSync(join(root, folder, file)),
    };
  });
}
