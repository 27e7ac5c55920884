import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectModel, LlamellaError, loadModel } from 'llamella';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { type TinyOptions, tinyGguf } from './support/tiny-gguf.ts';

const folder = temporaryFolder();
const whole = tinyGguf();

afterEach(() => expect(openModelFiles()).toEqual([]));

/** The error that loading gives, which inspecting must give too unless only loading can find it. */
async function errorOf(reference: string, foundBy: 'both' | 'loading' = 'both'): Promise<LlamellaError> {
  const [error, inspected] = await Promise.all(
    [loadModel, inspectModel].map((open) =>
      open(reference).then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  if (!LlamellaError.isInstance(error))
    throw new Error(`${reference}: not refused in words`, { cause: error });
  if (foundBy === 'both') expect(inspected).toMatchObject({ code: error.code, message: error.message });
  else expect(inspected).toBeUndefined();
  return error;
}

test('the writer of these files writes a model that loads', async () => {
  await using model = await loadModel(folder.write('whole.gguf', whole));
  expect(model.config.vocabularySize).toBe(259);
});

describe('a reference to nothing usable', () => {
  test('no such file', async () => {
    const path = join(folder.path, 'missing.gguf');
    expect(await errorOf(path)).toMatchObject({
      code: 'not-found',
      message: `${path}: no such file or folder`,
    });
  });

  test('a file taken for a folder', async () => {
    const path = join(folder.write('file.gguf', whole), 'model.gguf');
    expect(await errorOf(path)).toMatchObject({
      code: 'not-found',
      message: `${path}: no such file or folder`,
    });
  });

  test('a folder without models', async () => {
    const path = join(folder.path, 'none');
    mkdirSync(path);
    folder.write('none/model.bin', whole);
    const message = `${path}: no model in this folder: neither .gguf nor .safetensors files, nor a genai_config.json`;
    expect(await errorOf(path)).toMatchObject({ code: 'not-found', message });
  });

  test('a folder with several models', async () => {
    mkdirSync(join(folder.path, 'several'));
    folder.write('several/b.gguf', whole);
    folder.write('several/a.gguf', whole);
    const { code, message } = await errorOf(join(folder.path, 'several'));
    expect(code).toBe('not-found');
    expect(message).toContain('a.gguf, b.gguf');
    folder.write('several/C.GGUF', whole);
    expect((await errorOf(join(folder.path, 'several'))).message).toContain('C.GGUF, a.gguf');
  });

  test.runIf(process.platform === 'linux')('a device', async () => {
    expect(await errorOf('/dev/zero')).toMatchObject({
      code: 'invalid-file',
      message: '/dev/zero: is not a file',
    });
  });

  test.each(['hf:owner/repository', 'https://example.com/model.gguf'])('%s, offline', async (reference) => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    vi.stubEnv('HF_HUB_CACHE', join(folder.path, 'empty'));
    vi.stubEnv('LLAMELLA_CACHE', join(folder.path, 'empty'));
    const { code, message } = await errorOf(reference);
    vi.unstubAllEnvs();
    expect(code).toBe('not-found');
    expect(message).toContain(`${reference}: it is not in the cache`);
  });

  test('hf: without a repository', async () => {
    expect(await errorOf('hf:a/b/c')).toMatchObject({ code: 'invalid-argument' });
  });
});

describe('a file that is not a whole GGUF', () => {
  test.each([
    ['empty.gguf', new Uint8Array(0)],
    ['short.gguf', whole.subarray(0, 7)],
    ['text.gguf', Buffer.from('This is not a model, but a text of more than twenty-four characters.')],
    ['header.gguf', whole.subarray(0, 900)],
    ['data.gguf', whole.subarray(0, whole.length - 1000)],
  ])('%s', async (name, bytes) => {
    const path = folder.write(name, bytes);
    const error = await errorOf(path);
    expect(error.code).toBe('invalid-file');
    expect(error.message.startsWith(`${path}`)).toBe(true);
    expect(error.message).toMatch(/at byte \d+: /);
  });

  test('one of several files, without the others', async () => {
    const split = new URL('../../weights/test/golden/tiny-split-00001-of-00003.gguf', import.meta.url);
    const path = folder.write('alone-00001-of-00003.gguf', readFileSync(split));
    const { code, message } = await errorOf(path);
    expect(code).toBe('not-found');
    expect(message).toContain('alone-00002-of-00003.gguf: no such file');
  });

  test('a folder with a part of a split model, without its first file', async () => {
    const split = new URL('../../weights/test/golden/tiny-split-00002-of-00003.gguf', import.meta.url);
    mkdirSync(join(folder.path, 'later'));
    folder.write('later/tiny-00002-of-00003.gguf', readFileSync(split));
    const path = join(folder.path, 'later');
    expect(await errorOf(path)).toMatchObject({
      code: 'not-found',
      message: `${path}: the first file of the split model is missing; there is tiny-00002-of-00003.gguf`,
    });
  });

  test('one of several files under another name', async () => {
    const split = new URL('../../weights/test/golden/tiny-split-00001-of-00003.gguf', import.meta.url);
    const { code, message } = await errorOf(folder.write('renamed.gguf', readFileSync(split)));
    expect(code).toBe('invalid-argument');
    expect(message).toContain('renamed.gguf');
  });
});

describe('a model that cannot run', () => {
  const cases: [string, TinyOptions, string, RegExp, ('both' | 'loading')?][] = [
    [
      'architecture',
      { metadata: { 'general.architecture': { string: 'mamba' } } },
      'unsupported',
      /architecture\.gguf: architecture "mamba" is not supported: supported: llama/,
    ],
    [
      'known-keys',
      { metadata: mamba() },
      'unsupported',
      /known-keys\.gguf: architecture "mamba" is not supported: supported: llama/,
    ],
    [
      'integers',
      { tensor: (tensor) => (tensor.name === 'blk.1.ffn_down.weight' ? asIntegers(tensor) : tensor) },
      'unsupported',
      /integers\.gguf: tensor blk\.1\.ffn_down\.weight of type I8 on cpu/,
      'loading',
    ],
    [
      'missing-tensor',
      { tensor: (tensor) => (tensor.name === 'blk.1.ffn_up.weight' ? undefined : tensor) },
      'invalid-file',
      /missing-tensor\.gguf: tensor blk\.1\.ffn_up\.weight is missing/,
    ],
    [
      'shape',
      { metadata: { 'llama.feed_forward_length': { uint32: 320 } } },
      'invalid-file',
      /shape\.gguf: tensor blk\.0\.ffn_\w+\.weight has shape \[\d+, \d+\]/,
    ],
    [
      'heads',
      { metadata: { 'llama.attention.head_count': { uint32: 7 } } },
      'invalid-file',
      /heads\.gguf: metadata key llama\.attention\.head_count/,
    ],
    [
      'tokenizer-kind',
      { metadata: { 'tokenizer.ggml.model': { string: 'rwkv' } } },
      'unsupported',
      /tokenizer-kind\.gguf: tokenizer\.ggml\.model "rwkv" is not supported/,
      'loading',
    ],
    [
      'tokens',
      { metadata: { 'tokenizer.ggml.tokens': undefined } },
      'invalid-file',
      /tokens\.gguf: tokenizer\.ggml\.tokens/,
      'loading',
    ],
  ];

  test.each(cases)('%s', async (name, options, code, message, foundBy) => {
    const error = await errorOf(folder.write(`${name}.gguf`, tinyGguf(options)), foundBy);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  test('a tensor type that cannot be multiplied is listed all the same', async () => {
    const tensor: TinyOptions['tensor'] = (each) =>
      each.name === 'blk.1.ffn_down.weight' ? asIntegers(each) : each;
    const path = folder.write('listed.gguf', tinyGguf({ tensor }));
    const { tensors, fidelity, problem } = await inspectModel(path);
    expect(tensors.find(({ name }) => name === 'blk.1.ffn_down.weight')?.type).toBe('I8');
    expect(fidelity).toEqual([]);
    expect(problem).toContain(`${path}: tensor blk.1.ffn_down.weight of type I8 on cpu is not supported`);
  });

  test('a context of 4 billion tokens', async () => {
    const metadata = { 'llama.context_length': { uint32: 4_000_000_000 } };
    const { code, message } = await errorOf(folder.write('context.gguf', tinyGguf({ metadata })));
    expect(code).toBe('invalid-file');
    expect(message).toMatch(/context\.gguf: .*4000000000/);
  });
});

function mamba() {
  const keys = [
    'context_length',
    'embedding_length',
    'block_count',
    'feed_forward_length',
    'attention.head_count',
  ];
  return {
    ...Object.fromEntries(
      keys.map((key) => [`mamba.${key}`, { uint32: key === 'attention.head_count' ? 4 : 64 }]),
    ),
    'mamba.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
    'general.architecture': { string: 'mamba' },
  };
}

function asIntegers<Tensor extends { readonly shape: readonly number[] }>(tensor: Tensor) {
  const elements = tensor.shape.reduce((product, size) => product * size, 1);
  return { ...tensor, type: 'I8' as const, bytes: new Uint8Array(elements) };
}
