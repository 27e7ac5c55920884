import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { ChatMessage } from '@llamella/spec';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommandLine } from '../src/command-line.ts';
import { EarlyEnd } from '../src/interruption.ts';
import { createFakeContext, type FakeContext, type FakeContextOptions } from './fake-context.ts';

const controlC = '\u0003';
const controlD = '\u0004';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamella-cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Session {
  readonly context: FakeContext;
  readonly ended: Promise<number>;
  type(keys: string): void;
  /** Waits until the screen shows this text, after what an earlier call waited for. */
  sees(text: string): Promise<void>;
  screen(): string;
}

function open(options: FakeContextOptions = {}, words: readonly string[] = []): Session {
  const context = createFakeContext({
    ...{ terminal: true, columns: 60, environment: { NO_COLOR: '1' }, homeFolder: folder },
    ...options,
  });
  const screen = () => stripVTControlCharacters(context.stdout.text);
  let seen = 0;
  return {
    context,
    ended: runCommandLine(words, context),
    type: (keys) => void context.keyboard.write(keys),
    screen,
    async sees(text) {
      await vi.waitFor(() => expect(screen().slice(seen)).toContain(text), { timeout: 30_000, interval: 5 });
      seen = screen().indexOf(text, seen) + text.length;
    },
  };
}

const messagesOf = (session: Session, call: number) =>
  (session.context.record.calls[call]!.input as ChatMessage[]).map(
    ({ role, content }) => `${role}: ${content}`,
  );

test('talks with memory, and leaves on Ctrl-D', async () => {
  const session = open({}, ['--system', 'be brief']);
  await session.sees('> ');
  session.type('hello\r');
  await session.sees('You said: hello\n');
  await session.sees('> ');
  session.type('again\r');
  await session.sees('You said: again\n');
  session.type(controlD);
  expect(await session.ended).toBe(0);
  expect(messagesOf(session, 1)).toEqual([
    ...['system: be brief', 'user: hello', 'assistant: You said: hello', 'user: again'],
  ]);
  expect(session.context.record.calls[1]!.options).toMatchObject({ temperature: 0.2, topP: 0.9 });
  expect(session.context.record.disposed).toBe(1);
});

test('Ctrl-C stops the answer, not the program, and keeps what was said', async () => {
  const session = open({ pieceMs: 20, answer: () => Array.from({ length: 500 }, (_, i) => `w${i} `) });
  await session.sees('> ');
  session.type('talk\r');
  await session.sees('w3 ');
  session.type(controlC);
  await session.sees('[stopped]');
  await session.sees('> ');
  session.type('more\r');
  await session.sees('w1 ');
  const [, question, partial] = messagesOf(session, 1)
    .map((line) => line.slice(0, 18))
    .toReversed();
  expect([partial, question]).toEqual(['user: talk', expect.stringMatching(/^assistant: w0 w1/)]);
  session.type(controlC);
  await session.sees('[stopped]');
  session.type('/exit\r');
  expect(await session.ended).toBe(0);
});

test('a question without any answer is taken back', async () => {
  const session = open({ pieceMs: 100 });
  await session.sees('> ');
  session.type('first\r');
  await vi.waitFor(() => expect(session.context.record.calls).toHaveLength(1));
  session.type(controlC);
  await session.sees('[stopped]');
  session.type('second\r');
  await session.sees('You said: second');
  expect(messagesOf(session, 1)).toEqual(['user: second']);
  session.type(controlD);
  await session.ended;
});

test('Ctrl-C at the prompt clears the line first; twice on an empty one leaves', async () => {
  const session = open();
  await session.sees('> ');
  session.type('half a line');
  session.type(controlC);
  await session.sees('\n> ');
  session.type(controlC);
  await session.sees('Ctrl-C once more');
  session.type('x\u007f');
  session.type(controlC);
  await session.sees('Ctrl-C once more');
  session.type(controlC);
  expect(await session.ended).toBe(0);
  expect(session.context.record.calls).toHaveLength(0);
});

test('SIGINT from outside does what Ctrl-C does', async () => {
  const session = open({ pieceMs: 20, answer: () => Array.from({ length: 500 }, (_, i) => `w${i} `) });
  await session.sees('> ');
  session.type('talk\r');
  await session.sees('w2 ');
  session.context.interruption.interrupt();
  await session.sees('[stopped]');
  await session.sees('> ');
  session.context.interruption.interrupt();
  await session.sees('Ctrl-C once more');
  session.context.interruption.interrupt();
  expect(await session.ended).toBe(0);
});

test.each(['while answering', 'at the prompt'])(
  'SIGTERM %s disposes the model and ends with 143',
  async (when) => {
    const session = open({ pieceMs: 20, answer: () => Array.from({ length: 500 }, (_, i) => `w${i} `) });
    await session.sees('> ');
    if (when === 'while answering') {
      session.type('talk\r');
      await session.sees('w2 ');
    }
    session.context.interruption.end(new EarlyEnd('SIGTERM', 143));
    expect(await session.ended).toBe(143);
    expect(session.context.record.disposed).toBe(1);
    expect(session.context.stderr.text).not.toContain('llamella:');
  },
);

test('SIGINT while the model loads ends with 130', async () => {
  const session = open({ loadMs: 3000 });
  await vi.waitFor(() => expect(session.context.record.loads).toHaveLength(1));
  session.context.interruption.interrupt();
  expect(await session.ended).toBe(130);
});

test('a paste of several lines is one message', async () => {
  const session = open();
  await session.sees('> ');
  session.type('see: \u001b[200~one\rtwo\r\rfour\u001b[201~');
  await session.sees('… four');
  await sleep(30);
  expect(session.context.record.calls).toHaveLength(0);
  session.type('!\r');
  await session.sees('You said: see: one\ntwo\n\nfour!');
  expect(messagesOf(session, 0)).toEqual(['user: see: one\ntwo\n\nfour!']);
  session.type(controlD);
  await session.ended;
});

test('keys typed during an answer wait for the next prompt, in order', async () => {
  const session = open({ pieceMs: 30 });
  await session.sees('> ');
  session.type('one\rtwo\r');
  await session.sees('You ');
  session.type('three\r');
  await session.sees('said: one\n');
  await session.sees('> two');
  await session.sees('You said: two\n');
  await session.sees('> three');
  await session.sees('You said: three\n');
  session.type(controlD);
  expect(await session.ended).toBe(0);
});

test('the slash commands', async () => {
  const file = join(folder, 'talk.json');
  const session = open();
  const command = async (line: string, reply: string) => {
    session.type(`${line}\r`);
    await session.sees(reply);
  };
  await session.sees('> ');
  await command('/stats', 'No answer yet.');
  await command('/system', 'No instructions are set.');
  await command('/system speak  plainly ', 'The instructions are set.');
  await command('/system', 'Instructions: speak  plainly');
  await command('hi', 'You said: hi');
  await command('/stats', 'Decode       100.0 tok/s');
  await command('/save', 'Give a file name');
  await command(`/save ${file}`, `Saved to ${file}`);
  await command(`/save ${file}`, `Saved to ${file}`);
  await command('/save ~/history-of-mine.json', 'Saved to');
  await command('/frobnicate now', 'Unknown command /frobnicate. /help lists');
  await command('/help', '/exit         leave');
  await command(' /etc/hosts is a file', 'You said:  /etc/hosts is a file');
  await command('/clear', 'forgotten');
  await command('/system -', 'The instructions are removed.');
  await command('new', 'You said: new');
  expect(messagesOf(session, 2)).toEqual(['user: new']);
  session.type('/exit\r');
  expect(await session.ended).toBe(0);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    model: 'fake-135m',
    messages: [
      { role: 'system', content: 'speak  plainly' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'You said: hi' },
    ],
  });
  expect(await readFile(join(folder, 'history-of-mine.json'), 'utf8')).toContain('speak');
});

test('/save does not replace a file of somebody else', async () => {
  const file = join(folder, 'precious');
  await writeFile(file, 'precious');
  const session = open();
  await session.sees('> ');
  session.type(`/save ${file}\r`);
  await session.sees('exists; give another name');
  session.type(`/save ${join(folder, 'no', 'folder')}\r`);
  await session.sees('Not saved: ');
  session.type(controlD);
  await session.ended;
  expect(await readFile(file, 'utf8')).toBe('precious');
});

test('a conversation that no longer fits suggests /clear, and works again after it', async () => {
  const session = open({ mostMessages: 2 });
  await session.sees('> ');
  session.type('one\r');
  await session.sees('You said: one');
  session.type('two\r');
  await session.sees('no longer fits the context of 8192 tokens. /clear starts a new one');
  session.type('/clear\rthree\r');
  await session.sees('You said: three');
  session.type(controlD);
  expect(await session.ended).toBe(0);
});

test('shows why an answer ended when the model did not end it', async () => {
  const session = open({ finishReason: 'context-full' });
  await session.sees('> ');
  session.type('hi\r');
  await session.sees('(context-full); /clear starts a new conversation]');
  session.type(controlD);
  await session.ended;
  const limited = open({}, ['--max-tokens', '2']);
  await limited.sees('> ');
  limited.type('hi\r');
  await limited.sees('You said: \n[stopped after 2 tokens (length)');
  limited.type(controlD);
  await limited.ended;
});

test('history is kept between sessions, for the user only', async () => {
  const first = open();
  await first.sees('> ');
  first.type('a question of mine\r');
  await first.sees('You said');
  first.type(controlD);
  await first.ended;
  const file = join(folder, '.local', 'state', 'llamella', 'history');
  expect(await readFile(file, 'utf8')).toBe('a question of mine\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const second = open();
  await second.sees('> ');
  second.type('\u001b[A\r');
  await second.sees('You said: a question of mine');
  second.type(controlD);
  await second.ended;
});

test('an unwritable state folder is reported once, at the end', async () => {
  const blocked = join(folder, 'file');
  await writeFile(blocked, '');
  const session = open({ environment: { XDG_STATE_HOME: blocked, NO_COLOR: '1' } });
  await session.sees('> ');
  session.type('hi\rho\r');
  await session.sees('You said: ho');
  session.type(controlD);
  expect(await session.ended).toBe(0);
  expect(session.context.stderr.text.match(/the history was not saved/g)).toHaveLength(1);
});

test('with stdout in a pipe, it carries the answers only', async () => {
  const context = createFakeContext({ homeFolder: folder });
  const ended = runCommandLine([], context);
  context.keyboard.write('hi\r');
  await vi.waitFor(() => expect(context.stdout.text).toBe('You said: hi\n'));
  context.keyboard.write(controlD);
  expect(await ended).toBe(0);
  expect(context.stdout.text).toBe('You said: hi\n');
  expect(context.stderr.text).toContain('> ');
});

test('--json needs a message', async () => {
  const session = open({}, ['--json']);
  expect(await session.ended).toBe(1);
  expect(session.context.stderr.text).toContain('--json: needs a message');
});

test('colours the prompt unless NO_COLOR is set', async () => {
  const colored = open({ environment: {} });
  await colored.sees('> ');
  colored.type(controlD);
  await colored.ended;
  const plain = open();
  await plain.sees('> ');
  plain.type(controlD);
  await plain.ended;
  expect(colored.context.stdout.text).toContain('\u001b[32m');
  expect(plain.context.stdout.text).not.toContain('\u001b[32m');
});
