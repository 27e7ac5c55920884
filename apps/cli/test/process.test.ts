import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const fakeMain = fileURLToPath(new URL('fixtures/fake-main.ts', import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--conditions=@llamella/source', fakeMain, ...words], {
    env: { ...process.env, NODE_OPTIONS: '', FAKE_REPORT: '1', ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended: Promise<Ended> = once(child, 'close').then(([exitCode]) => ({ exitCode, stdout, stderr }));
  return { child, ended };
}

async function run(
  words: readonly string[],
  input = '',
  environment: Record<string, string> = {},
): Promise<Ended> {
  const { child, ended } = start(words, environment);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return await ended;
}

test('a pipe gets the answer, and stderr stays silent', async () => {
  expect(await run(['chat'], 'why?\n', { FAKE_REPORT: '' })).toEqual({
    exitCode: 0,
    stdout: 'You said: why?\n',
    stderr: '',
  });
});

test('a message does not wait for stdin', async () => {
  const { child, ended } = start(['hello']);
  expect(await ended).toMatchObject({ exitCode: 0, stdout: 'You said: hello\n' });
  child.stdin.destroy();
});

test('a long answer arrives whole through a pipe', async () => {
  const { exitCode, stdout } = await run(['run', '--prompt', 'x', '--max-tokens', '50000'], '', {
    FAKE_PIECES: '40000',
  });
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${Array.from({ length: 40000 }, (_, i) => `line ${i}\n`).join('')}\n`);
});

test('errors go to stderr with exit code 1', async () => {
  expect(await run(['run', '--prompt', 'x', '--top-k', 'many'], '', { FAKE_REPORT: '' })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'llamella: --top-k: an integer from 0 to 2147483647 expected, got "many"\n',
  });
});

test('a reader that goes away ends the program quietly', async () => {
  const { child, ended } = start(['hello'], { FAKE_PIECES: '1000000', FAKE_PIECE_MS: '1' });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await ended).toMatchObject({ exitCode: 0, stderr: 'disposed 1\n' });
});

describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  test.each([[['hello']], [['--help']], [['tokenize', 'smollm2']]])('%j', async (words) => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['--conditions=@llamella/source', fakeMain, ...words], {
      stdio: ['ignore', full, 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    closeSync(full);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [exitCode] = await once(child, 'close');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^llamella: stdout: could not be written: ENOSPC[^\n]*\n$/),
    });
  });
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, exitCode) => {
  test('while answering disposes the model', async () => {
    const { child, ended } = start(['hello'], { FAKE_PIECES: '1000', FAKE_PIECE_MS: '20' });
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await ended).toMatchObject({ exitCode, stderr: 'disposed 1\n' });
  });

  test('while waiting for stdin ends at once', async () => {
    const { child, ended } = start(['chat'], { FAKE_READY: '1' });
    await once(child.stderr, 'data');
    child.kill(signal);
    expect(await ended).toMatchObject({ exitCode, stdout: '', stderr: 'ready\n' });
  });
});

test('an unhandled rejection is an error', async () => {
  const { exitCode, stderr } = await run(['hello'], '', {
    FAKE_REJECTION: '1',
    FAKE_LOAD_MS: '300',
    FAKE_REPORT: '',
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'llamella: nobody caught this\n' });
});
