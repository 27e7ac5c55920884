import { cpSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspectModel, loadModel } from 'llamella';
import { describe, expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { goldenFile, readGolden } from './support/golden-file.ts';
import { openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

interface GenaiGolden {
  readonly prompts: readonly { readonly ids: readonly number[]; readonly tokens: readonly number[] }[];
}

const NAME = 'genai/llama31-int4-awq';
const folder = temporaryFolder();
let count = 0;

function copy(): string {
  const path = join(folder.path, `genai-${count++}`);
  cpSync(goldenFile(NAME), path, { recursive: true });
  return path;
}

test("NVIDIA's layout gives the tokens of onnxruntime-genai", async () => {
  const { prompts } = readGolden<GenaiGolden>(`${NAME}/golden.json`);
  await using model = await loadModel(goldenFile(NAME), { exact: true });
  expect(model.recommendedSampling).toEqual({ temperature: 0 });
  expect(prompts).toHaveLength(5);
  for (const { ids, tokens } of prompts) {
    // The reference rules the end of the text out.
    const options = { maxTokens: tokens.length, minTokens: tokens.length, temperature: 0 };
    expect((await collect(model.generate(Uint32Array.from(ids), options))).tokens).toEqual(tokens);
  }
});

test('the parts of a folder describe the model', async () => {
  const path = copy();
  const report = await inspectModel(path);
  expect(report).toMatchObject({ format: 'genai', config: { architecture: 'llama', headSize: 64 } });
  expect(report.files).toEqual([join(path, 'model.onnx'), join(path, 'model.onnx_data')]);
  expect(report.name).toMatch(/^genai-/);
  expect((await inspectModel(join(path, 'model.onnx'))).tensors).toEqual(report.tensors);
  expect(openModelFiles()).toEqual([]);
});

describe('a folder that is not whole', () => {
  const expectError = async (path: string, code: string, message: RegExp) => {
    const expected = { code, message: expect.stringMatching(message) };
    await expect(inspectModel(path)).rejects.toMatchObject(expected);
    await expect(loadModel(path)).rejects.toMatchObject(expected);
    expect(openModelFiles()).toEqual([]);
  };

  test('lacks its graph', async () => {
    const path = copy();
    renameSync(join(path, 'model.onnx'), join(path, 'other.bin'));
    await expectError(path, 'not-found', /model\.onnx: no such file/);
  });

  test('lacks its weights', async () => {
    const path = copy();
    renameSync(join(path, 'model.onnx_data'), join(path, 'other.bin'));
    await expectError(path, 'not-found', /model\.onnx_data: no such file/);
  });

  test('has weights that are cut short', async () => {
    const path = copy();
    const bytes = readFileSync(join(path, 'model.onnx_data'));
    writeFileSync(join(path, 'model.onnx_data'), bytes.subarray(0, bytes.length / 2));
    await expectError(path, 'invalid-file', /model\.onnx/);
  });

  test('has weights that are a link to another place', async () => {
    const path = copy();
    const outside = folder.write('outside.onnx_data', readFileSync(join(path, 'model.onnx_data')));
    renameSync(join(path, 'model.onnx_data'), join(path, 'own.bin'));
    symlinkSync(outside, join(path, 'model.onnx_data'));
    await expectError(path, 'invalid-file', /is a link that leads out of/);
  });

  test('has a configuration with a graph elsewhere', async () => {
    const path = copy();
    const config = JSON.parse(readFileSync(join(path, 'genai_config.json'), 'utf8'));
    config.model.decoder.filename = '../outside.onnx';
    writeFileSync(join(path, 'genai_config.json'), JSON.stringify(config));
    await expectError(path, 'invalid-file', /filename/);
  });
});
