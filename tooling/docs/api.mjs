// pnpm docs:api: writes the API reference of all packages to docs/api.
import { join } from 'node:path';
import { root } from '@llamella/bootstrap/repository.mjs';
import { documentedPackages } from './documented-packages.mjs';
import { problemsByPackage } from './problems.mjs';
import { readReference } from './reference.mjs';

const packages = documentedPackages();
const { problems, write } = await readReference(packages);
for (const { name, problems: lines } of problemsByPackage(problems, packages))
  if (lines.length > 0) console.error([`${name}:`, ...lines].join('\n  '));
await write(join(root, 'docs', 'api'));
console.log(`wrote docs/api/index.html${problems.length > 0 ? `; ${problems.length} problems` : ''}`);
