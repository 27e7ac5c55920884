const sourceCondition = '@llamella/source';

/**
 * Patterns for the entry points of all packages, which is how typedoc takes them: the sources that `exports` names,
 * the main one first, so that the others refer to it.
 *
 * @param {{ manifest: { exports?: object } }[]} packages
 */
export function entryPointPatterns(packages) {
  const sources = packages.flatMap(({ manifest }) =>
    Object.values(manifest.exports ?? {}).map((target) => target?.[sourceCondition]),
  );
  const names = sources.map((source) => /^\.\/src\/(.+)\.ts$/.exec(source ?? '')?.[1]);
  const further = [...new Set(names)].filter((name) => name !== undefined && name !== 'index').sort();
  return ['src/index.ts', ...further.map((name) => `src/${name}.ts`)];
}

/** typedoc reports packages that have none of the further entry points. */
export function isAboutPatterns(message) {
  return /^The glob .*\/src\/\S+\.ts did not match any files/.test(message);
}

/** typedoc names the entry points of a package with several after their files; users know them by their imports. */
export function nameEntryPoints(page, folder) {
  const prefix = `${folder}/src`;
  for (const module of page.children ?? []) {
    if (module.name === prefix || module.name === `${prefix}/index`) module.name = 'main entry';
    else if (module.name.startsWith(`${prefix}/`)) module.name = module.name.slice(prefix.length + 1);
  }
}
