import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeFakeClone, runScript } from './fake-clone.mjs';

let clone;
afterEach(() => clone.remove());

const printArguments = 'process.stdout.write(JSON.stringify(process.argv.slice(2)));';

describe('the first start', () => {
  test('sets up, builds and prints nothing of its own on stdout', async () => {
    clone = makeFakeClone(printArguments);
    const result = await runScript(clone, 'llamella.mjs', ['run', '--prompt', 'a b']);
    expect(result).toMatchObject({ code: 0, stdout: '["run","--prompt","a b"]' });
    expect(result.stderr).toMatch(/^Installing dependencies \.\.\. \d+\.\d s\nBuilding \.\.\. \d+\.\d s\n$/);
    expect(clone.log()).toEqual(['install', 'build']);
  });

  test('starts a chat', async () => {
    clone = makeFakeClone(printArguments);
    expect((await runScript(clone, 'start.mjs', ['Why?'])).stdout).toBe('["chat","Why?"]');
  });
});

describe('later starts', () => {
  test('do nothing, silently, when nothing changed', async () => {
    clone = makeFakeClone(printArguments);
    await runScript(clone, 'llamella.mjs');
    const result = await runScript(clone, 'llamella.mjs');
    expect(result).toMatchObject({ code: 0, stdout: '[]', stderr: '' });
    expect(clone.log()).toEqual(['install', 'build']);
  });

  test.each([
    ['a source file is edited', (c) => c.write('packages/a/src/index.ts', 'export const a = 22;\n')],
    ['a source file is added', (c) => c.write('packages/a/src/other.ts', '')],
    ['a source file gets a new time', (c) => utimesSync(join(c.root, 'packages/a/src/index.ts'), 1e9, 1e9)],
    ['a build setting is added', (c) => c.write('packages/a/tsup.config.ts', '')],
    ['the built program is deleted', (c) => rmSync(join(c.root, 'apps/cli/dist'), { recursive: true })],
  ])('only build when %s', async (_name, change) => {
    clone = makeFakeClone(printArguments);
    await runScript(clone, 'llamella.mjs');
    change(clone);
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: 0, stdout: '[]' });
    expect(clone.log()).toEqual(['install', 'build', 'build']);
  });

  test.each([
    ['the lockfile changed', (c) => c.write('pnpm-lock.yaml', 'lockfileVersion: 9\n\n')],
    ['a manifest changed', (c) => c.write('packages/a/package.json', '{ "name": "a", "version": "1.0.0" }')],
    ['node_modules is gone', (c) => rmSync(join(c.root, 'node_modules'), { recursive: true })],
  ])('install and build when %s', async (_name, change) => {
    clone = makeFakeClone(printArguments);
    await runScript(clone, 'llamella.mjs');
    change(clone);
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: 0, stdout: '[]' });
    expect(clone.log()).toEqual(['install', 'build', 'install', 'build']);
  });
});

describe('a set-up that fails', () => {
  test('shows what the failing step printed, and is repeated', async () => {
    clone = makeFakeClone(printArguments);
    clone.write('fail-pnpm', '');
    const failed = await runScript(clone, 'llamella.mjs');
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('no network here');
    expect(failed.stderr).toContain('Installing dependencies failed with exit code 3');
    rmSync(join(clone.root, 'fail-pnpm'));
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: 0, stdout: '[]' });
    expect(clone.log()).toEqual(['install', 'install', 'build']);
  });

  test('repeats only the build when the build failed', async () => {
    clone = makeFakeClone(printArguments);
    clone.write('fail-turbo', '');
    const failed = await runScript(clone, 'llamella.mjs');
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('a type error');
    rmSync(join(clone.root, 'fail-turbo'));
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: 0, stdout: '[]' });
    expect(clone.log()).toEqual(['install', 'build', 'build']);
  });

  test('after a kill, the next start takes the lock over', async () => {
    clone = makeFakeClone(printArguments);
    const bin = join(clone.root, '.tools/node_modules/.bin/pnpm');
    const program = readFileSync(bin, 'utf8');
    writeFileSync(bin, program.replace('sleep 0.3', 'sleep 20'));
    const running = runScript(clone, 'llamella.mjs');
    while (clone.log().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const tools = join(clone.root, '.tools');
    const lock = readdirSync(tools).find((name) => name.startsWith('setup.lock.'));
    process.kill(JSON.parse(readFileSync(join(tools, lock), 'utf8')).pid, 'SIGTERM');
    expect(await running).toMatchObject({ code: 143, stdout: '' });
    expect(existsSync(join(tools, 'set-up.json'))).toBe(false);
    writeFileSync(bin, program);
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: 0, stdout: '[]' });
  });
});

describe('the page', () => {
  test('is built for itself, and only when something of it changed', async () => {
    clone = makeFakeClone(printArguments);
    const result = await runScript(clone, 'web.mjs', ['--port', '0']);
    expect(result).toMatchObject({ code: 0, stdout: '["--port","0"]' });
    await runScript(clone, 'llamella.mjs');
    await runScript(clone, 'web.mjs');
    clone.write('apps/web/index.html', '<p>');
    await runScript(clone, 'llamella.mjs');
    await runScript(clone, 'web.mjs');
    expect(clone.log()).toEqual(['install', 'build web', 'build', 'build web']);
  });

  test('and the program are built again when a package changed', async () => {
    clone = makeFakeClone(printArguments);
    await runScript(clone, 'web.mjs');
    await runScript(clone, 'llamella.mjs');
    clone.write('packages/a/src/other.ts', '');
    await runScript(clone, 'llamella.mjs');
    await runScript(clone, 'web.mjs');
    expect(clone.log()).toEqual(['install', 'build web', 'build', 'build', 'build web']);
  });
});

test('two starts at once set up only once', async () => {
  clone = makeFakeClone(printArguments);
  const results = await Promise.all([1, 2, 3].map((n) => runScript(clone, 'llamella.mjs', [String(n)])));
  expect(results.map(({ stdout }) => stdout)).toEqual(['["1"]', '["2"]', '["3"]']);
  expect(clone.log()).toEqual(['install', 'build']);
});

describe('the program', () => {
  test('passes its exit code on', async () => {
    clone = makeFakeClone('process.exit(7);');
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: 7 });
  });

  test('ends by the signal that ended it', async () => {
    clone = makeFakeClone('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);');
    expect(await runScript(clone, 'llamella.mjs')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test.each(['SIGINT', 'SIGTERM'])('gets %s once and decides itself how to end', async (signal) => {
    clone = makeFakeClone(`
      let received = 0;
      process.on('${signal}', () => {
        received++;
        setTimeout(() => process.stdout.write(String(received), () => process.exit(5)), 300);
      });
      setInterval(() => {}, 1000);
      process.stdout.write('ready ');
    `);
    const result = await runScript(clone, 'llamella.mjs', [], { started: (child) => child.kill(signal) });
    expect(result).toMatchObject({ code: 5, signal: null, stdout: 'ready 1' });
  });

  test('runs where npm was called', async () => {
    clone = makeFakeClone('process.stdout.write(process.cwd());');
    const env = {
      INIT_CWD: join(clone.root, 'packages'),
      npm_package_json: join(clone.root, 'package.json'),
    };
    const result = await runScript(clone, 'llamella.mjs', [], { env });
    expect(result.stdout).toBe(join(clone.root, 'packages'));
  });

  test.skipIf(process.platform === 'win32')('ends when npm is ended', async () => {
    clone = makeFakeClone(`
      process.on('SIGTERM', () => {
        writeFileSync('ended.txt', '');
        process.exit();
      });
      import { writeFileSync } from 'node:fs';
      setInterval(() => {}, 1000);
      process.stdout.write('ready');
    `);
    clone.write('shell.sh', `"${process.execPath}" tooling/bootstrap/llamella.mjs; exit 0`);
    const shell = spawn('sh', ['shell.sh'], {
      cwd: clone.root,
      env: { ...process.env, npm_lifecycle_event: 'llamella' },
    });
    await new Promise((resolve) => shell.stdout.once('data', resolve));
    shell.kill('SIGTERM');
    await vi.waitFor(() => expect(existsSync(join(clone.root, 'ended.txt'))).toBe(true), 5_000);
  });
});
