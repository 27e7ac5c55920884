import { describe, expect, test } from 'vitest';
import { formatReference, isRemoteReference, parseReference } from '../src/index.ts';

const hub = (repository: string, revision: string, selection?: string) => ({
  kind: 'hub',
  repository,
  revision,
  ...(selection !== undefined && { selection }),
});

test.each([
  ['hf:o/r', hub('o/r', 'main')],
  ['hf:gpt2', hub('gpt2', 'main')],
  ['HF:o/r:Q4_K_M', hub('o/r', 'main', 'Q4_K_M')],
  ['hf:o/r@v1.0', hub('o/r', 'v1.0')],
  ['hf:o/r@refs/pr/3:sub/a b.gguf', hub('o/r', 'refs/pr/3', 'sub/a b.gguf')],
  ['hf:o/r:a@b:c', hub('o/r', 'main', 'a@b:c')],
  ['https://huggingface.co/o/r/resolve/main/sub/m.gguf?download=true', hub('o/r', 'main', 'sub/m.gguf')],
  ['https://huggingface.co/o/r/blob/refs%2Fpr%2F1/m.gguf', hub('o/r', 'refs/pr/1', 'm.gguf')],
  ['https://example.org/m.gguf#part', { kind: 'url', url: 'https://example.org/m.gguf' }],
  ['http://localhost:80/m.gguf', { kind: 'url', url: 'http://localhost/m.gguf' }],
  [
    'https://huggingface.co.evil.example/o/r/resolve/main/m.gguf',
    { kind: 'url', url: 'https://huggingface.co.evil.example/o/r/resolve/main/m.gguf' },
  ],
])('%s', (text, expected) => {
  const reference = parseReference(text);
  expect(reference).toEqual(expected);
  expect(isRemoteReference(text)).toBe(true);
  if (reference.kind === 'hub') expect(parseReference(formatReference(reference))).toEqual(reference);
});

describe('refused', () => {
  test.each([
    ...[
      'hf:',
      'hf:/',
      'hf:o/',
      'hf:/r',
      'hf:a/b/c',
      'hf:../x',
      'hf:o/..',
      'hf:o/a--b',
      'hf:o/a..b',
      'hf:o/r.git',
      'hf:.o/r',
    ],
    ...[
      'hf:o/r:',
      'hf:o/r@',
      'hf:o/r@../x',
      'hf:o/r@a//b',
      'hf:o/r@/a',
      'hf:o/r@a/.b',
      'hf:o/r@a b',
      'hf:ö/r',
      `hf:o/${'r'.repeat(99)}`,
    ],
    ...[
      'https://',
      'https://user:word@example.org/m.gguf',
      'ftp://x',
      'model.gguf',
      'hf:o/r\0',
      `https://e.org/${'x'.repeat(5000)}`,
    ],
  ])('%j', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  test('a password is not repeated', () => {
    expect(() => parseReference('https://user:word@example.org/m')).not.toThrow(/word@/);
  });
});

test.each(['model.gguf', './hf:x', 'C:/models/m.gguf', 'hfx:o/r', ''])(
  '%j is no reference to the network',
  (text) => expect(isRemoteReference(text)).toBe(false),
);
