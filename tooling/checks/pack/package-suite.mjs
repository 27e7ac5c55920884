import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { root } from '@llamella/bootstrap/repository.mjs';
import { listPackages } from '@llamella/bootstrap/suite/workspace.mjs';
import { build } from 'esbuild';
import { readmeExample } from './readme-example.mjs';
import { workspaceClosure } from './workspace-closure.mjs';

const execute = promisify(execFile);

/**
 * Checks of one package as its users get it: it installs from its tarball, brings nothing but packages of this
 * project and the libraries named, the example of its README runs, and its bundle is small.
 *
 * @param {{ name: string, largestGzipBytes: number, libraries?: string[] }} suite `libraries`: other names, or scopes,
 *   that it may bring; the size includes them and spec, as esbuild bundles them
 * @param {string} temporary an empty folder outside of the clone
 */
export async function packageSuite({ name, largestGzipBytes, libraries = [] }, temporary) {
  const folder = join(temporary, name.replace(/^@.*\//, ''));
  mkdirSync(folder);
  const checks = [];
  const check = async (title, action) => {
    const problems = [];
    try {
      problems.push(...(await action()));
    } catch (error) {
      problems.push(...describe(error));
    }
    checks.push({ name: `${name}: ${title}`, problems });
  };
  await check('installs from its tarball', () => install(name, folder));
  await check('brings only packages of this project, and its libraries', async () =>
    foreignPackages(folder, libraries),
  );
  await check('runs the example of its README', () => runExample(name, folder));
  await check(`bundles to at most ${largestGzipBytes} bytes gzipped`, () =>
    measure(name, folder, largestGzipBytes),
  );
  return checks;
}

async function install(name, folder) {
  const packages = new Map(listPackages().map((item) => [item.name, item]));
  const tarballs = [];
  for (const member of workspaceClosure(name, packages)) {
    const source = join(root, packages.get(member).folder);
    const destination = join(folder, 'tarballs', member.replace(/^@.*\//, ''));
    mkdirSync(destination, { recursive: true });
    await execute('pnpm', ['pack', '--pack-destination', destination], { cwd: source });
    const packed = readdirSync(destination).filter((file) => file.endsWith('.tgz'));
    if (packed.length !== 1) return [`pnpm pack of ${member} left ${packed.length} tarballs`];
    tarballs.push(join(destination, packed[0]));
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const npmArguments = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--omit=dev', ...tarballs];
  await execute('npm', npmArguments, { cwd: folder, env: withoutNpmSettings() });
  return [];
}

/** Inside of a package script, npm's variables point at the clone. */
function withoutNpmSettings() {
  const local = /^npm_(config_(local_prefix|prefix|dir|workspace.*)|package_.*|lifecycle_.*|command)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !local.test(key)));
}

function foreignPackages(folder, libraries) {
  const modules = join(folder, 'node_modules');
  return readdirSync(modules)
    .filter((entry) => !entry.startsWith('.') && entry !== '@llamella' && !libraries.includes(entry))
    .map((entry) => `node_modules holds ${entry}`);
}

async function runExample(name, folder) {
  const readme = readFileSync(join(folder, 'node_modules', name, 'README.md'), 'utf8');
  const example = readmeExample(readme);
  if (example === undefined) return ['the README has no block that starts with ```ts'];
  writeFileSync(join(folder, 'example.ts'), example);
  const { stdout } = await execute(process.execPath, ['example.ts'], { cwd: folder, timeout: 60_000 });
  return example.includes('console.log') && stdout.trim() === '' ? ['the example printed nothing'] : [];
}

async function measure(name, folder, largestGzipBytes) {
  const result = await build({
    stdin: { contents: `export * from '${name}';`, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  const bytes = gzipSync(result.outputFiles[0].contents, { level: 9 }).length;
  return bytes > largestGzipBytes ? [`it has ${bytes} bytes`] : [];
}

function describe(error) {
  const output = `${error.stdout ?? ''}${error.stderr ?? ''}`.trim();
  return [error.message, ...output.split('\n')].filter((line) => line !== '');
}
