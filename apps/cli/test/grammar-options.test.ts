import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenGrammar } from '@llamella/spec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runFake } from './fake-context.ts';

let folder: string;
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llamella-grammar-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Whether the grammar that the model was asked with accepts a text, one token per byte. */
function accepts(grammar: TokenGrammar | undefined, text: string): boolean {
  using constraint = grammar!.createConstraint();
  try {
    for (const byte of Buffer.from(text)) constraint.accept(byte);
  } catch {
    return false;
  }
  return constraint.finished;
}

describe.each([
  ['run', ['run', '--prompt', 'hi']],
  ['chat', ['chat', 'hi']],
])('%s', (_, command) => {
  const schema =
    '{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"],"additionalProperties":false}';

  test.each([
    ['--json-schema, inline', () => ['--json-schema', schema], '{"a":true}', '{"a":1}'],
    ['--json-schema, a file', () => ['--json-schema', file('schema.json', schema)], '{"a": false}', '{}'],
    ['--regex', () => ['--regex', '(yes|no)'], 'yes', 'maybe'],
    ['--grammar', () => ['--grammar', file('a.gbnf', 'root ::= "a" "b"')], 'ab', 'ba'],
  ])('%s decides what the model may answer', async (_name, flags, valid, invalid) => {
    let checked = false;
    const answer = () => ['ok'];
    const result = await runFake([...command, ...flags()], {
      answer,
      onGenerate: ({ grammar }) => {
        expect([accepts(grammar, valid), accepts(grammar, invalid)]).toEqual([true, false]);
        checked = true;
      },
    });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'ok\n' });
    expect(checked).toBe(true);
  });

  test.each([
    [['--regex', 'a', '--grammar', 'b'], /give only one of them/],
    [['--json-schema', '{'], /--json-schema: is not JSON/],
    [['--json-schema', 'missing.json'], /missing\.json: cannot be read/],
    [['--json-schema', '{"type":"text"}'], /type/],
    [['--regex', '(?=a)'], /not supported/],
    [['--grammar', 'missing.gbnf'], /missing\.gbnf: cannot be read/],
  ])('%j is an error', async (flags, message) => {
    const { exitCode, stderr, stdout } = await runFake([...command, ...flags]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });
});
