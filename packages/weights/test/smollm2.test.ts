import { createHash } from 'node:crypto';
import {
  decodeTensor,
  fineGridBound,
  fineGridError,
  openGguf,
  packInitializer,
  readSplitCount,
  splitFileNames,
} from '@llamella/weights';
import { afterAll, expect, it } from 'vitest';
import { fileSource, modelPath } from './file-source.ts';
import { rawBytes } from './golden-files.ts';
import { packAndUnpack } from './unpack.ts';

const sources = splitFileNames(modelPath, 2).map(fileSource);
const model = await openGguf(sources);
const headerBytes = sources.map(({ bytesRead }) => bytesRead);
afterAll(() => model[Symbol.asyncDispose]());

it('opens the default model without reading its weights', async () => {
  expect(model.config).toEqual({
    architecture: 'llama',
    name: 'Smollm2 135M 8k Lc100K Mix1 Ep2',
    contextLength: 8192,
    vocabularySize: 49_152,
    hiddenSize: 576,
    intermediateSize: 1536,
    layerCount: 30,
    headCount: 9,
    keyValueHeadCount: 3,
    headSize: 64,
    normEpsilon: Math.fround(1e-5),
    ropeTheta: 100_000,
    ropeScaling: { kind: 'none' },
    ropeInterleaved: true,
    tiedEmbeddings: true,
  });
  expect(model.tensors.size).toBe(272);
  expect(headerBytes[0]).toBeLessThanOrEqual(3 * 2 ** 20);
  expect(headerBytes[1]).toBeLessThanOrEqual(2 ** 20);
  expect(await readSplitCount(sources[0]!)).toBe(2);
});

it('has the tokens and merges that gguf-py reads', () => {
  const digest = (key: string) => {
    const texts = model.metadata.get(key) as readonly string[];
    return [texts.length, createHash('sha256').update(texts.join('\n')).digest('hex')];
  };
  expect(digest('tokenizer.ggml.tokens')).toEqual([
    49_152,
    'd1f2ce856b324081b621d9e2e8dbd22879f462329f3fd4aa39fa758dddb2ce55',
  ]);
  expect(digest('tokenizer.ggml.merges')).toEqual([
    48_900,
    'aea6ed50becdb3beed814d2fde2dea2e655d1039addf269d74a4708ce2ed4d63',
  ]);
});

// SHA-256 of the values as float32, from gguf-py.
it.each([
  ['token_embd.weight', '3fd491c8066dd9dc1a2bf6796701526c82817d95c0ecabacdef3013c2b8bbbaa'],
  ['blk.0.attn_q.weight', 'aa74111ad24c3624a20374d2026fd1f50bfe2520252e3c9aef4a666a28593cc8'],
  ['blk.29.ffn_down.weight', 'c19605745425a11e704e305ce3d27b632c406195d39eb3377e9cfb140ac643d1'],
  ['output_norm.weight', '3b87f8e27335e67fc08f159cabfd2d18f205d6c5b225a6f978153552bf01d559'],
])('decodes %s to the same values as gguf-py', async (name, expected) => {
  const info = model.tensors.get(name)!;
  const values = decodeTensor(info.type, await model.readTensor(name), info.shape);
  expect(createHash('sha256').update(rawBytes(values)).digest('hex')).toBe(expected);
});

it('packs stacked q, k and v without changing a value', async () => {
  const tensors = ['q', 'k', 'v'].map((letter) => `blk.3.attn_${letter}.weight`);
  const exact = new Float32Array(960 * 576);
  await packInitializer({ kind: 'decode', tensors }, model, new Uint8Array(exact.buffer));
  for (const bits of [4, 8] as const) {
    const values = await packAndUnpack(model, { tensors, bits, blockSize: 32, grid: 'native' }, 960, 576);
    // Exact but for the rounding of the block minimum, which the packed form keeps in float32.
    let largest = 0;
    for (const [index, value] of values.entries())
      largest = Math.max(largest, Math.abs(value - exact[index]!));
    expect(largest).toBeLessThan(2 ** -26);
  }
});

it('puts its weights on the fine grid within the bound', async () => {
  for (const name of ['blk.0.attn_q.weight', 'blk.14.ffn_down.weight', 'blk.29.ffn_gate.weight']) {
    const { largest, rootMeanSquare } = fineGridError('Q4_1', await model.readTensor(name));
    expect(largest).toBeLessThan(fineGridBound);
    expect(rootMeanSquare).toBeLessThan(0.0075);
  }
});
