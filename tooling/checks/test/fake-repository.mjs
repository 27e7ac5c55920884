import { listPackages } from '../load-repository.mjs';

/** A repository in memory: `{ path: text }`. */
export function fakeRepository(contents, { root = '/clone', git = () => '' } = {}) {
  const files = Object.keys(contents);
  const read = (file) => contents[file];
  const size = (file) => contents[file].length;
  return { root, files, packages: listPackages(files, read), read, size, git };
}

/** All problems that a rule reports, as one list. */
export function problemsOf(rule, contents, options) {
  return rule(fakeRepository(contents, options)).flatMap(({ problems }) => problems);
}
