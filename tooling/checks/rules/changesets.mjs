const bumps = new Set(['major', 'minor', 'patch', 'none']);

/** Every published package is announced: a changeset waits for it, or nothing changed since its last version. */
export function checkChangesets({ files, packages, read, git }) {
  const published = packages.filter((item) => item.published);
  const names = new Set(published.map(({ name }) => name));
  const problems = [];
  const announced = new Set();
  for (const file of files.filter(
    (path) => /^\.changeset\/[^/]+\.md$/.test(path) && !path.endsWith('/README.md'),
  )) {
    const releases = parseChangeset(read(file));
    if (releases === undefined) {
      problems.push(
        `${file}: no front matter such as "'@llamella/spec': minor" with a line of text below it`,
      );
      continue;
    }
    for (const [name, bump] of releases) {
      if (!names.has(name)) problems.push(`${file}: ${name} is not a published package`);
      if (!bumps.has(bump)) problems.push(`${file}: "${bump}" is not major, minor, patch or none`);
      announced.add(name);
    }
  }
  const unannounced = published
    .filter(({ name }) => !announced.has(name))
    .filter((item) => item.manifest.version === '0.0.0' || changedSinceVersion(item, git))
    .map(({ name }) => `${name} changed and has no changeset (pnpm changeset)`);
  return [{ name: 'changesets', problems: [...problems, ...unannounced] }];
}

/** @returns {[string, string][] | undefined} package names with their bumps, undefined when it is malformed */
export function parseChangeset(text) {
  const match = /^---\r?\n([\s\S]*?)\r?\n?---\r?\n([\s\S]*)$/.exec(text);
  if (match === null) return undefined;
  const lines = match[1].split(/\r?\n/).filter((line) => line.trim() !== '');
  const releases = lines.map((line) => /^\s*(['"]?)([^'":]+)\1\s*:\s*(\w+)\s*$/.exec(line));
  if (releases.includes(null) || (releases.length > 0 && match[2].trim() === '')) return undefined;
  return releases.map(([, , name, bump]) => [name, bump]);
}

function changedSinceVersion({ folder, files }, git) {
  if (!files.includes('CHANGELOG.md')) return true;
  const versioned = git('log', '-1', '--format=%H', '--', `${folder}/CHANGELOG.md`).trim();
  if (versioned === '') return true;
  return git('log', '-1', '--format=%H', `${versioned}..HEAD`, '--', `${folder}/src`).trim() !== '';
}
