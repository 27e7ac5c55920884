/**
 * What a package's `src` may import. Arrows point down only: apps, then llamella, then the leaves, then spec.
 * Libraries are not listed here: each has to be a dependency in the package's own package.json.
 */
const exceptions = {
  '@llamella/spec': [],
  '@llamella/quantize': ['@llamella/spec', '@llamella/weights', '@llamella/graph'],
};

const compositionRoot = 'llamella';

/**
 * @param {{ name: string, isApp: boolean }} item
 * @param {string[]} publishedPackages names of the published packages below packages/
 * @returns {string[]} names of the workspace packages that it may import
 */
export function allowedPackages({ name, isApp }, publishedPackages) {
  if (isApp) return publishedPackages;
  if (name === compositionRoot) return publishedPackages.filter((other) => other !== name);
  if (isModel(name)) return [];
  return exceptions[name] ?? ['@llamella/spec'];
}

/** Sources of a layer that are about one platform, behind an entry point of their own: `src/node.ts`, `src/node/`. */
const nodeEntries = new Set(['@llamella/hub']);

/**
 * Everywhere else the platform is passed in, so that the package runs in a browser too.
 *
 * @param {{ name: string, isApp: boolean }} item
 * @param {string} file path of the source in the package
 */
export function mayUseNode(item, file) {
  const { name, isApp } = item;
  if (isApp || isModel(name) || name === compositionRoot || name === '@llamella/runtime-node') return true;
  return isNodeSource(item, file);
}

/** Whether a source belongs to a package's entry point for Node, which the rest of the package must not import. */
export function isNodeSource({ name }, file) {
  return nodeEntries.has(name) && (file === 'src/node.ts' || file.startsWith('src/node/'));
}

function isModel(name) {
  return name.startsWith('@llamella/model-');
}
