import { readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectModel, LlamellaError, loadModel, loadTokenizer } from 'llamella';
import { describe, expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyFolder } from './support/tiny-folder.ts';

const folder = temporaryFolder();
let count = 0;
const copy = (model = 'tiny-models/llama-3') => tinyFolder(join(folder.path, `model-${count++}`), model);

describe('a folder with safetensors', () => {
  test('answers, with the template and the end tokens of its files', async () => {
    await using model = await loadModel(copy());
    expect(model.config).toMatchObject({ architecture: 'llama', vocabularySize: 96, ropeInterleaved: false });
    expect([...model.tokenizer.endOfGenerationIds].sort()).toEqual([2, 5]);
    expect(model.recommendedSampling).toEqual({
      temperature: 0.6,
      topP: 0.9,
      repetitionPenalty: 1.1,
      penaltyWindow: -1,
    });
    const options = { maxTokens: 8, temperature: 0 };
    const chat = await collect(model.chat([{ role: 'user', content: 'Hi' }], options));
    const prompt = model.tokenizer.encode('<s>user: Hi</s>assistant:', { parseSpecialTokens: true });
    expect(chat.tokens).toEqual((await collect(model.generate(prompt, options))).tokens);
    expect(chat.tokens.length).toBeGreaterThan(0);
  });

  test('is meant by its weights and by its index too', async () => {
    const path = copy();
    const report = await inspectModel(path);
    expect(report).toMatchObject({
      format: 'safetensors',
      notes: [],
      files: [join(path, 'model.safetensors')],
    });
    expect((await inspectModel(join(path, 'model.safetensors'))).tensors).toEqual(report.tensors);
    expect((await loadTokenizer(path)).vocabularySize).toBe(96);
    expect(openModelFiles()).toEqual([]);
  });

  test('in the cache of Hugging Face has links to its files', async () => {
    const path = copy();
    const snapshot = join(path, 'snapshots', 'abc');
    tinyFolder(snapshot, 'tiny-models/llama-3');
    tinyFolder(join(path, 'blobs'), 'tiny-models/llama-3');
    renameSync(join(snapshot, 'model.safetensors'), join(snapshot, 'old.bin'));
    symlinkSync('../../blobs/model.safetensors', join(snapshot, 'model.safetensors'));
    expect((await inspectModel(snapshot)).tensors.length).toBeGreaterThan(10);
  });
});

describe('a reference to a file of a folder', () => {
  test('means the folder when the file is config.json', async () => {
    const path = copy();
    expect((await inspectModel(join(path, 'config.json'))).files).toEqual([join(path, 'model.safetensors')]);
  });

  test('is refused when it is not the one that the folder would load', async () => {
    const path = copy();
    const other = join(path, 'other.safetensors');
    writeFileSync(other, readFileSync(join(path, 'model.safetensors')));
    await expect(inspectModel(other)).rejects.toThrow(
      `${other}: does not belong to the model of its folder (model.safetensors)`,
    );
    expect(openModelFiles()).toEqual([]);
  });

  test('is refused when it says nothing about weights, and so is an empty one', async () => {
    const path = join(copy(), 'tokenizer_config.json');
    await expect(inspectModel(path)).rejects.toThrow(`${path}: is no model; give the folder`);
    await expect(loadModel('')).rejects.toThrow(/the path is empty/);
    await expect(loadModel(7 as unknown as string)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect((await loadTokenizer(path)).vocabularySize).toBe(96);
  });
});

describe('JSON files', () => {
  test('may begin with a byte order mark', async () => {
    const path = copy();
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      writeFileSync(join(path, name), `\ufeff${readFileSync(join(path, name), 'utf8')}`);
    }
    await using model = await loadModel(path);
    expect(model.config.vocabularySize).toBe(96);
  });

  test.each(['tokenizer_config.json', 'generation_config.json'])(
    'of a wrong kind are named: %s',
    async (name) => {
      const path = copy();
      writeFileSync(join(path, name), '[]');
      await expect(loadModel(path)).rejects.toThrow(`${join(path, name)}: is not a JSON object`);
    },
  );
});

describe('a folder that is not whole', () => {
  const errorOf = async (path: string) => {
    const error = await inspectModel(path).catch((thrown: unknown) => thrown);
    if (!LlamellaError.isInstance(error))
      throw new Error(`${path}: no error of the library`, { cause: error });
    expect(openModelFiles()).toEqual([]);
    return { code: error.code, message: error.message };
  };

  test('has no config.json', async () => {
    const path = copy();
    renameSync(join(path, 'config.json'), join(path, 'other.json'));
    expect(await errorOf(path)).toEqual({
      code: 'not-found',
      message: `${join(path, 'config.json')}: no such file, which safetensors need`,
    });
  });

  test('has a config.json that is not JSON', async () => {
    const path = copy();
    writeFileSync(join(path, 'config.json'), '{"model_type": ');
    const { code, message } = await errorOf(path);
    expect(code).toBe('invalid-file');
    expect(message).toContain(`${join(path, 'config.json')}: is not JSON`);
  });

  test('lacks files that the index names', async () => {
    const path = copy();
    const index = { weight_map: { 'model.norm.weight': 'model-00002-of-00002.safetensors' } };
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify(index));
    expect(await errorOf(path)).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(
        '1 of 1 files of the model are missing, the first is model-00002-of-00002',
      ),
    });
  });

  test('lacks an index, and files', async () => {
    const path = copy();
    renameSync(join(path, 'model.safetensors'), join(path, 'model-00001-of-00002.safetensors'));
    expect(await errorOf(path)).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no model.safet'),
    });
  });

  test('has weights that are a link to another place', async () => {
    const path = copy();
    const outside = folder.write('outside.safetensors', readFileSync(join(path, 'model.safetensors')));
    renameSync(join(path, 'model.safetensors'), join(path, 'own.bin'));
    symlinkSync(outside, join(path, 'model.safetensors'));
    const { code, message } = await errorOf(path);
    expect(code).toBe('invalid-file');
    expect(message).toContain('is a link that leads out of');
  });

  test('has a file about quantization that cannot be read', async () => {
    const path = copy();
    writeFileSync(join(path, 'hf_quant_config.json'), '{"quantization": {"quant_algo": "FOO"}}');
    const { code, message } = await errorOf(path);
    expect(code).toBe('unsupported');
    expect(message).toContain(`${path}: hf_quant_config.json: modelopt FOO`);
  });

  test('has a config.json that is too long', async () => {
    const path = copy();
    truncateSync(join(path, 'config.json'), 2 ** 33);
    expect((await errorOf(path)).message).toContain('config.json: has 8589934592 bytes, more than 8388608');
  });

  test('has no tokenizer', async () => {
    const path = copy();
    renameSync(join(path, 'tokenizer.json'), join(path, 'none.json'));
    await expect(loadModel(path)).rejects.toThrow(/no tokenizer\.json and no tokenizer\.model/);
    expect(openModelFiles()).toEqual([]);
  });

  test('holds a mixture of experts', async () => {
    const path = copy();
    const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
    const mixtral = { ...config, model_type: 'mixtral', architectures: ['MixtralForCausalLM'] };
    writeFileSync(join(path, 'config.json'), JSON.stringify(mixtral));
    const { code, message } = await errorOf(path);
    expect(code).toBe('unsupported');
    expect(message).toMatch(/experts/);
  });
});
