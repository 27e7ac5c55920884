import { execFileSync } from 'node:child_process';

const largestTextBytes = 4_000_000;
const publicRegistry = 'registry.npmjs.org';

// A path that starts where a path can start, so that a part of a URL or of a longer path does not count.
const machinePaths = [
  /(?<![\w.~/-])\/(?:home|Users)\/(?!(?:user|you|me)\/)[A-Za-z][\w.-]*\//,
  /(?<![\w.~/-])\/(?:root|work|tmp)\/[\w.-]/,
  /\b[A-Z]:\\+Users\\+\w/,
];
const registryHosts = /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|npm\.pkg\.github\.com)\b/;
const dataFolders = /(^|\/)(fixtures|golden)\//;

/** No tracked text names a folder of somebody's machine or the package registry that was used. */
export function checkPrivateText({ root, files, read, size }) {
  const configuredHost = configuredRegistryHost(root);
  const paths = [];
  const hosts = [];
  for (const file of files) {
    if (size(file) > largestTextBytes) continue;
    const text = read(file);
    if (text.includes('\0')) continue;
    const lines = text.split('\n');
    for (const [index, line] of lines.entries()) {
      const place = `${file}:${index + 1}`;
      if (line.includes(`${root}/`) || (!dataFolders.test(file) && namesMachinePath(line))) paths.push(place);
      if (namesRegistry(line, file, configuredHost)) hosts.push(place);
    }
  }
  return [
    { name: 'no paths of a machine', problems: paths },
    { name: 'no registry hosts', problems: hosts },
  ];
}

export function namesMachinePath(line) {
  return machinePaths.some((pattern) => pattern.test(line));
}

/** A lockfile names no host at all: whoever installs uses the registry of their own settings. */
export function namesRegistry(line, file, configuredHost) {
  if (file.endsWith('pnpm-lock.yaml') && /https?:\/\//.test(line)) return true;
  if (configuredHost !== undefined && line.includes(configuredHost)) return true;
  return (
    registryHosts.test(line) &&
    file !== 'tooling/checks/rules/private-text.mjs' &&
    !file.includes('checks/test/')
  );
}

function configuredRegistryHost(root) {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    const { hostname } = new URL(execFileSync('npm', ['config', 'get', 'registry'], options).trim());
    return hostname === publicRegistry || hostname === 'localhost' ? undefined : hostname;
  } catch {
    return undefined; // Without npm there is no registry to look for.
  }
}
