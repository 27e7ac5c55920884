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

/** Everywhere else the platform is passed in, so that the package runs in a browser too. */
export function mayUseNode({ name, isApp }) {
  return isApp || isModel(name) || name === compositionRoot || name === '@llamella/runtime-node';
}

function isModel(name) {
  return name.startsWith('@llamella/model-');
}
