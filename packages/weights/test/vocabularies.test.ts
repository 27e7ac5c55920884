import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openGguf } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { fileSource } from './file-source.ts';

const folder =
  process.env.LLAMELLA_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const present = existsSync(`${folder}/gguf-vocab`);

// Digests of the tokens joined by newlines are from gguf-py.
describe.skipIf(!present)('vocabularies of llama.cpp (skipped without the shared data folder)', () => {
  it.each([
    ['gpt-2', 'gpt2', 50_257, 'e35a33a0b2250c932ffdafc4c3a3552aef0cc7af7a11e9ebfddf1d2a6517371f'],
    ['llama-spm', 'llama', 32_000, '0f97b4337921e6e7e9b4620fc73338ee570aecd3c16038bc23870a887e995045'],
  ])('opens %s, which has no weights', async (file, architecture, tokenCount, digest) => {
    const model = await openGguf(fileSource(`${folder}/gguf-vocab/ggml-vocab-${file}.gguf`));
    expect(model.architecture).toBe(architecture);
    expect(model.tensors.size).toBe(0);
    const tokens = model.metadata.get('tokenizer.ggml.tokens') as readonly string[];
    expect(tokens).toHaveLength(tokenCount);
    expect(createHash('sha256').update(tokens.join('\n')).digest('hex')).toBe(digest);
    await model[Symbol.asyncDispose]();
  });
});
