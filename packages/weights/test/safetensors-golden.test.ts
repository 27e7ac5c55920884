import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { decodeTensor } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { openTinyModel, tinyModelPath, tinyModels } from './tiny-models.ts';

describe.each(tinyModels)('%s', (variant) => {
  it('has the tensors that gguf-py names and the values of transformers', async () => {
    await using model = await openTinyModel(variant);
    const expected = JSON.parse(readFileSync(tinyModelPath(variant, 'tensors.json'), 'utf8'));
    const found: Record<string, unknown> = {};
    for (const { name, type, shape, byteLength } of model.tensors.values()) {
      const bytes = await model.readTensor(name);
      expect(bytes.byteLength).toBe(byteLength);
      const values = decodeTensor(type, bytes, shape);
      const hash = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);
      found[name] = [shape, hash];
    }
    expect(found).toEqual(expected);
  });

  it('fits its configuration', async () => {
    await using model = await openTinyModel(variant);
    const { config, tensors } = model;
    expect(tensors.get('token_embd.weight')!.shape).toEqual([config.vocabularySize, config.hiddenSize]);
    expect(tensors.has('output.weight')).toBe(!config.tiedEmbeddings);
    expect(tensors.has(`blk.${config.layerCount - 1}.attn_norm.weight`)).toBe(true);
    expect(tensors.has(`blk.${config.layerCount}.attn_norm.weight`)).toBe(false);
    expect(tensors.get('blk.0.attn_output.weight')!.shape[1]).toBe(config.headCount * config.headSize);
    expect(tensors.get('blk.0.ffn_down.weight')!.shape[1]).toBe(config.intermediateSize);
  });
});

it('covers every folder of golden/tiny-models', () => {
  expect(readdirSync(tinyModelPath('.', '.')).sort()).toEqual([...tinyModels].sort());
});
