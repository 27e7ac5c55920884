/**
 * A package and the workspace packages that it needs at run time, directly or not.
 *
 * @param {string} name
 * @param {Map<string, { manifest: object }>} packages by name
 * @returns {string[]} names, the package itself first
 */
export function workspaceClosure(name, packages) {
  const found = new Set();
  const visit = (current) => {
    if (found.has(current)) return;
    const item = packages.get(current);
    if (item === undefined) throw new Error(`${current} is not a package of this workspace`);
    found.add(current);
    for (const dependency of Object.keys(item.manifest.dependencies ?? {})) {
      if (packages.has(dependency)) visit(dependency);
    }
  };
  visit(name);
  return [...found];
}
