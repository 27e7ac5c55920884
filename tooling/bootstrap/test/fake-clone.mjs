import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bootstrap = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A small repository with the real bootstrap scripts, in a folder with a space in its name. pnpm and turbo are
 * programs that write a line to `log.txt` and leave the files that the real ones would; `fail-pnpm` or `fail-turbo`
 * in the root makes them fail. The page's server is the same program as the command line.
 */
export function makeFakeClone(program) {
  const root = join(mkdtempSync(join(tmpdir(), 'llamella-bootstrap-')), 'a clone');
  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const writeProgram = (file, text) => {
    write(file, `#!/bin/sh\ncd '${root}'\n${text}`);
    chmodSync(join(root, file), 0o755);
  };
  mkdirSync(join(root, 'tooling'), { recursive: true });
  cpSync(bootstrap, join(root, 'tooling', 'bootstrap'), {
    recursive: true,
    filter: (source) => !/node_modules|[/\\]test$|\.test-results|\.turbo/.test(source),
  });
  const manifest = { devEngines: { packageManager: { name: 'pnpm', version: '12.0.0' } } };
  write('package.json', JSON.stringify(manifest));
  write('pnpm-lock.yaml', 'lockfileVersion: 9\n');
  write('pnpm-workspace.yaml', 'packages: []\n');
  write('turbo.json', '{}');
  write('packages/a/package.json', '{ "name": "a" }');
  write('packages/a/src/index.ts', 'export const a = 1;\n');
  write('apps/cli/package.json', '{ "name": "@llamella/cli" }');
  write('apps/cli/src/main.ts', program);
  write('apps/web/package.json', '{ "name": "@llamella/web" }');
  write('apps/web/index.html', '');
  write('apps/web/server/main.ts', program);
  write('.tools/node_modules/pnpm/package.json', '{ "version": "12.0.0" }');
  write('.tools/node_modules/pnpm/install.js', '');
  writeProgram(
    '.tools/node_modules/.bin/pnpm',
    'echo install >> log.txt\nsleep 0.3\nif [ -e fail-pnpm ]; then echo no network here; exit 3; fi\n' +
      'mkdir -p node_modules\ntouch node_modules/.modules.yaml\n',
  );
  writeProgram(
    '.tools/node_modules/.bin/turbo',
    'case "$*" in *@llamella/web*) app=web;; *) app=cli;; esac\n' +
      'if [ $app = cli ]; then echo build >> log.txt; else echo build web >> log.txt; fi\necho turbo talks\n' +
      'if [ -e fail-turbo ]; then echo a type error >&2; exit 2; fi\n' +
      'mkdir -p apps/$app/dist\ncp apps/cli/src/main.ts apps/$app/dist/main.js\n',
  );
  const log = () => {
    try {
      return readFileSync(join(root, 'log.txt'), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  };
  return { root, write, log, remove: () => rmSync(dirname(root), { recursive: true, force: true }) };
}

/** Runs a bootstrap script of the fake clone. `started` gets the child as soon as it printed something. */
export function runScript({ root }, script, scriptArguments = [], { started, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'tooling', 'bootstrap', script), ...scriptArguments], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      started?.(child);
      started = undefined;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
