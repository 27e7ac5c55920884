import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import typescript from 'typescript';
import { allowedPackages, isNodeSource, mayUseNode } from './layers.mjs';

/** Per package: its sources import only what the architecture and its package.json allow. */
export function checkImports({ packages, read }) {
  const published = packages
    .filter((item) => item.published && item.folder.startsWith('packages/'))
    .map(({ name }) => name);
  const workspace = new Set(packages.map(({ name }) => name));
  return packages
    .filter((item) => item.published)
    .map((item) => {
      const allowed = new Set(allowedPackages(item, published));
      const problems = item.files
        .filter((file) => /^src\/.*\.[cm]?[jt]sx?$/.test(file) && !file.includes('.test.'))
        .flatMap((file) =>
          importsOf(read(`${item.folder}/${file}`)).flatMap((specifier) => {
            const problem = importProblem(specifier, file, item, allowed, workspace);
            return problem === undefined ? [] : [`${item.folder}/${file} imports '${specifier}': ${problem}`];
          }),
        );
      return { name: `import directions of ${item.name}`, problems };
    });
}

/** Every module named by an import, export, import type or dynamic import of a TypeScript source text. */
export function importsOf(text) {
  return typescript.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function importProblem(specifier, file, item, allowed, workspace) {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    if (!target.startsWith('src/') && target !== 'package.json') return 'it lies outside of src';
    if (isNodeSource(item, target) && !isNodeSource(item, file))
      return 'only the entry point for Node may know it';
    return /\.(ts|json)$/.test(target) ? undefined : 'imports of own files end in .ts';
  }
  const name = packageNameOf(specifier);
  if (specifier.startsWith('node:') || builtinModules.includes(name)) {
    return mayUseNode(item, file) ? undefined : 'this package must not depend on Node';
  }
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = item.manifest;
  if (!(name in { ...dependencies, ...peerDependencies, ...optionalDependencies })) {
    return 'it is not among the dependencies in package.json';
  }
  if (workspace.has(name) && !allowed.has(name)) return 'this layer must not know that one';
  return undefined;
}

function packageNameOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
