import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import { listPackages } from '@llamella/bootstrap/suite/workspace.mjs';

/** The published libraries that have an entry point, `@llamella/spec` first, since the others build on it. */
export function documentedPackages() {
  const libraries = listPackages().filter(
    ({ folder, published }) =>
      published && folder.startsWith('packages/') && existsSync(join(root, folder, 'src', 'index.ts')),
  );
  const isSpec = ({ name }) => name === '@llamella/spec';
  return [...libraries.filter(isSpec), ...libraries.filter((item) => !isSpec(item))];
}
