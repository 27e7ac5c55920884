// Prints `[{ name, problems }]` for all rules as JSON on stdout.
import { root } from '@llamella/bootstrap/repository.mjs';
import { loadRepository } from './load-repository.mjs';
import { checkChangesets } from './rules/changesets.mjs';
import { checkConsole } from './rules/console.mjs';
import { checkDocumentationLinks } from './rules/documentation-links.mjs';
import { checkFileSizes } from './rules/file-sizes.mjs';
import { checkImports } from './rules/imports.mjs';
import { checkManifests } from './rules/manifests.mjs';
import { checkPrivateText } from './rules/private-text.mjs';

const rules = [
  checkManifests,
  checkImports,
  checkConsole,
  checkChangesets,
  checkFileSizes,
  checkPrivateText,
  checkDocumentationLinks,
];

const repository = loadRepository(root);
process.stdout.write(`${JSON.stringify(rules.flatMap((rule) => rule(repository)))}\n`);
