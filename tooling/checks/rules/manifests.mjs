const sourceCondition = '@llamella/source';
const requiredScripts = ['build', 'typecheck', 'test', 'check:exports'];
const requiredFiles = ['README.md', 'LICENSE', 'tsconfig.json', 'tsup.config.ts'];

/** Per published package: it has what npm, its users and this workspace need. */
export function checkManifests({ packages }) {
  return packages
    .filter(({ published }) => published)
    .map((item) => ({ name: `package ${item.name}`, problems: packageProblems(item) }));
}

export function packageProblems({ folder, manifest, files }) {
  const problems = [];
  const expect = (condition, text) => {
    if (!condition) problems.push(`${folder}: ${text}`);
  };
  for (const file of requiredFiles) expect(files.includes(file), `${file} is missing`);
  expect(
    files.some((file) => /^(test|src)\/.*\.test\.ts$/.test(file)),
    'there are no tests',
  );
  expect(isText(manifest.description), 'package.json has no description');
  expect(Array.isArray(manifest.keywords) && manifest.keywords.length > 0, 'package.json has no keywords');
  expect(isText(manifest.license), 'package.json has no license');
  expect(isText(manifest.engines?.node), 'package.json has no engines.node');
  expect(manifest.type === 'module', 'package.json has no "type": "module"');
  expect(manifest.sideEffects !== undefined, 'package.json has no sideEffects');
  expect(isText(manifest.repository?.url), 'package.json has no repository.url');
  expect(
    manifest.repository?.directory === folder,
    `repository.directory in package.json is not "${folder}"`,
  );
  expect(manifest.publishConfig?.access === 'public', 'publishConfig.access in package.json is not "public"');
  expect(manifest.files?.includes('dist'), 'files in package.json does not list dist');
  for (const script of requiredScripts) {
    expect(isText(manifest.scripts?.[script]), `package.json has no script "${script}"`);
  }
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    const internal = name === 'llamella' || name.startsWith('@llamella/');
    expect(!internal || range.startsWith('workspace:'), `dependency ${name} is not a workspace: range`);
  }
  const targets = manifest.exports;
  expect(typeof targets === 'object' && targets !== null, 'package.json has no exports');
  for (const [subpath, target] of Object.entries(targets ?? {})) {
    expect(
      sourceComesFirst(target),
      `exports["${subpath}"] does not have "${sourceCondition}" as its first condition`,
    );
  }
  return problems;
}

/** Built code must be shadowed by its source; plain files such as package.json need no condition. */
export function sourceComesFirst(target) {
  if (typeof target === 'string') return !/^\.\/dist\/.*\.[cm]?js$/.test(target);
  if (target === null) return true;
  const conditions = Object.entries(target);
  if (conditions[0]?.[0] === sourceCondition) return true;
  return conditions.every(([, nested]) => sourceComesFirst(nested));
}

function isText(value) {
  return typeof value === 'string' && value.trim() !== '';
}
