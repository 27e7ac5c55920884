import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cpuExactProfile } from '@llamella/graph';
import { convertModel, loadModel } from 'llamella';
import { expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { goldenFile, readGolden } from './support/golden-file.ts';
import { largestDifference, runLogits } from './support/run-logits.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyFolder } from './support/tiny-folder.ts';

const folder = temporaryFolder();
const foldersIn = (name: string) =>
  readdirSync(goldenFile(name), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${name}/${entry.name}`);

/** A folder of transformers, with a tokenizer. */
function source(model: string): string {
  const path = tinyFolder(join(folder.path, model), model);
  const quantization = goldenFile(`${model}/hf_quant_config.json`);
  if (existsSync(quantization)) copyFileSync(quantization, join(path, 'hf_quant_config.json'));
  return path;
}

/** How far the logits of two models are apart, as a part of the largest. */
async function differences(path: string, original: string, model: string): Promise<number> {
  const { tokens } = readGolden<{ tokens: readonly number[] }>(`${model}/logits.json`);
  const expected = (await runLogits(original, tokens, cpuExactProfile)).whole;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largestDifference((await runLogits(path, tokens, cpuExactProfile)).whole, expected) / largest;
}

/** llama.cpp has no keys for what these models have in some of their layers. */
const notInGguf = ['tiny-models/qwen2-sliding', 'tiny-models/smollm3'];

test.each(notInGguf)('%s has layers that GGUF cannot tell apart', async (model) => {
  const gguf = `${join(folder.path, model)}.gguf`;
  await expect(convertModel(source(model), gguf)).rejects.toThrow(/GGUF has no key/);
});

const inGguf = foldersIn('tiny-models').filter((model) => !notInGguf.includes(model));

test.each(inGguf)('%s keeps its logits on the way to GGUF and back', async (model) => {
  const original = source(model);
  const gguf = `${join(folder.path, model)}.gguf`;
  const there = await convertModel(original, gguf);
  expect(there).toMatchObject({ from: 'safetensors', to: 'gguf' });
  expect(there.tensors.every(({ kind }) => kind === 'exact')).toBe(true);
  const norms = there.tensors.filter(({ tensor }) => tensor.endsWith('norm.weight'));
  expect(new Set(norms.map((change) => change.to))).toEqual(new Set(['F32']));
  expect(await differences(gguf, original, model)).toBeLessThan(2e-5);
  // Its numbers are none of a published model, and GGUF has only what follows from them.
  if (model === 'tiny-models/llama-3') return;
  const back = `${join(folder.path, model)}-back`;
  const report = await convertModel(gguf, back, { to: 'safetensors' });
  // Gemma's norms are stored without the 1 that GGUF's have, which float32 rounds.
  expect(Math.max(...report.tensors.map(({ relativeError }) => relativeError))).toBeLessThan(1e-7);
  expect(await differences(back, original, model)).toBeLessThan(2e-5);
});

test.each(foldersIn('tiny-quantized'))('%s is decoded for GGUF', async (model) => {
  const original = source(model);
  const gguf = `${join(folder.path, model)}.gguf`;
  const report = await convertModel(original, gguf, { type: 'F32' });
  expect(report.tensors.some(({ from, to }) => from !== to)).toBe(true);
  expect(await differences(gguf, original, model)).toBeLessThan(2e-5);
});

test.each(foldersIn('tiny-models'))('%s becomes a folder for GenAI that gives its tokens', async (model) => {
  const path = source(model);
  const genai = `${join(folder.path, model)}-genai`;
  const report = await convertModel(path, genai, { to: 'genai' });
  expect(new Set(report.fidelity!.map(({ tensor }) => tensor)).size).toBe(report.tensors.length);
  const answer = async (reference: string) => {
    await using loaded = await loadModel(reference);
    return (
      await collect(loaded.generate('Hello', { maxTokens: 12, temperature: 0, ignoreEndOfGeneration: true }))
    ).tokens;
  };
  expect(await answer(genai)).toEqual(await answer(path));
});

test('a folder for GenAI is the end of the way', async () => {
  const genai = join(folder.path, 'end');
  await convertModel(source('tiny-models/qwen3'), genai, { to: 'genai' });
  const back = convertModel(genai, join(folder.path, 'end.gguf'));
  await expect(back).rejects.toThrow(/converting a folder of ONNX Runtime GenAI is not supported/);
});
