import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { weightsUrl } from '@llamella/model-smollm2-135m-instruct';
import { inspectModel, LlamellaError, loadModel, loadTokenizer, type Progress } from 'llamella';
import { afterEach, describe, expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { canListOpenFiles, openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const folder = temporaryFolder();
const tiny = folder.write('tiny.gguf', tinyGguf());

afterEach(() => expect(openModelFiles()).toEqual([]));

test.runIf(canListOpenFiles)('the files that a model is read from are open while it is read', async () => {
  let during: string[] = [];
  await using model = await loadModel(tiny, { onProgress: () => (during = openModelFiles()) });
  expect(during).toEqual([tiny]);
  expect(openModelFiles()).toEqual([]);
  expect(model.name).toBe('tiny');
});

test('a model describes itself', async () => {
  await using model = await loadModel(tiny);
  expect(model).toMatchObject({ name: 'tiny', device: 'cpu', config: { layerCount: 2, contextLength: 256 } });
  expect(model.contextLength).toBe(256);
  expect(model.tokenizer.vocabularySize).toBe(259);
  expect(model.loadMs).toBeGreaterThan(0);
  expect(model.fidelity.map(({ tensor }) => tensor)).toContain('blk.1.ffn_down.weight');
});

describe('progress', () => {
  test('counts packed bytes up to the last, then the compilation', async () => {
    const seen: Progress[] = [];
    await using _model = await loadModel(tiny, { onProgress: (progress) => seen.push(progress) });
    const packed = seen.filter(({ phase }) => phase === 'pack');
    expect(packed.length).toBeGreaterThan(10);
    for (const [index, { loaded, total, file }] of packed.entries()) {
      expect(file).toBe(tiny);
      expect(total).toBe(packed[0]!.total);
      expect(loaded).toBeGreaterThan(packed[index - 1]?.loaded ?? 0);
    }
    expect(packed.at(-1)!.loaded).toBe(packed.at(-1)!.total);
    expect(seen.slice(packed.length)).toEqual([
      { phase: 'compile', loaded: 0, total: 1 },
      { phase: 'compile', loaded: 1, total: 1 },
    ]);
  });

  test('an error in the callback ends the loading', async () => {
    const error = new Error('the callback failed');
    const onProgress = () => {
      throw error;
    };
    await expect(loadModel(tiny, { onProgress })).rejects.toBe(error);
  });
});

describe('abort', () => {
  const reason = new Error('not any more');

  test('before the beginning', async () => {
    await expect(loadModel(tiny, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(inspectModel(tiny, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(loadTokenizer(tiny, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test.each(['pack', 'compile'])('in the phase %s', async (phase) => {
    const controller = new AbortController();
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => {
      seen.push(progress);
      if (progress.phase === phase) controller.abort(reason);
    };
    await expect(loadModel(tiny, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(seen.filter((progress) => progress.phase === phase)).toHaveLength(1);
    await using model = await loadModel(tiny);
    expect(
      (await collect(model.generate('a', { maxTokens: 3, ignoreEndOfGeneration: true }))).tokens,
    ).toHaveLength(3);
  });

  test('after the end, it changes nothing', async () => {
    const controller = new AbortController();
    await using model = await loadModel(tiny, { signal: controller.signal });
    controller.abort(reason);
    expect(
      (await collect(model.generate('a', { maxTokens: 3, ignoreEndOfGeneration: true }))).tokens,
    ).toHaveLength(3);
  });
});

describe('a reference', () => {
  test('may be a folder with one model', async () => {
    const one = join(folder.path, 'one');
    mkdirSync(one);
    folder.write('one/some.gguf', tinyGguf());
    folder.write('one/notes.txt', new Uint8Array(3));
    await using model = await loadModel(one);
    expect(model.name).toBe('tiny');
  });

  test('may be a folder with one model in several files', async () => {
    const report = await inspectModel(dirname(fileURLToPath(weightsUrl)));
    expect(report.files).toHaveLength(2);
  });

  test('is the embedded model when absent', async () => {
    expect((await inspectModel()).files).toEqual((await inspectModel('smollm2')).files);
  });
});

describe('inspectModel', () => {
  test('describes the embedded model', async () => {
    const report = await inspectModel();
    expect(report).toMatchObject({
      format: 'gguf',
      device: 'cpu',
      config: { architecture: 'llama', layerCount: 30 },
    });
    expect(report.tensors).toHaveLength(272);
    expect(report.parameters).toBe(134_515_008);
    expect(report.weightBytes).toBe(report.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0));
  });

  test('measures what loading measures', async () => {
    const path = folder.write('measured.gguf', tinyGguf({ type: 'Q4_1' }));
    const plain = await inspectModel(path);
    const { fidelity } = await inspectModel(path, { measure: true });
    expect(plain.fidelity.some(({ measured }) => measured !== undefined)).toBe(false);
    const moved = fidelity.filter(({ kind }) => kind === 're-gridded');
    expect(moved.length).toBeGreaterThan(0);
    for (const { measured, bound } of moved) {
      expect(measured).toBeGreaterThan(0);
      expect(measured).toBeLessThan(10 * bound);
    }
    await using model = await loadModel(path);
    expect(model.fidelity).toEqual(fidelity);
  });

  test('calls a model without a name by its file', async () => {
    const path = folder.write('unnamed.gguf', tinyGguf({ metadata: { 'general.name': undefined } }));
    expect((await inspectModel(path)).name).toBe('unnamed.gguf');
    await using model = await loadModel(path);
    expect(model.name).toBe('unnamed.gguf');
  });
});

describe('loadTokenizer', () => {
  test('reads it from a model', async () => {
    const tokenizer = await loadTokenizer();
    expect([...tokenizer.encode('The capital of France is')]).toEqual([504, 3575, 282, 4649, 314]);
  });

  test('reads it from tokenizer.json', async () => {
    const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
    const file = {
      pre_tokenizer: byteLevel,
      decoder: byteLevel,
      model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] },
    };
    const path = folder.write('tokenizer.json', Buffer.from(JSON.stringify(file)));
    expect([...(await loadTokenizer(path)).encode('abba')]).toEqual([2, 1, 0]);
  });

  test.each([
    ['missing.json', 'not-found', /missing\.json: no such file/],
    ['broken.json', 'invalid-file', /broken\.json: is not JSON/],
    ['folder.json', 'invalid-file', /folder\.json: cannot be read/],
  ])('%s is an error: %s', async (name, code, message) => {
    if (name === 'broken.json') folder.write(name, Buffer.from('{'));
    if (name === 'folder.json') mkdirSync(join(folder.path, name));
    const error = await loadTokenizer(join(folder.path, name)).catch((error: unknown) => error);
    expect(LlamellaError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
