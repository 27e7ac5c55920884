import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { bytesFromMemory, openSafetensors } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { tinyBytes, tinyConfig } from './tiny-models.ts';

const root = new URL('../../../tooling/reference/golden/tiny-quantized/', import.meta.url);
const names = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const sources = (bytes: Uint8Array) =>
  new Map([['model.safetensors', bytesFromMemory(bytes, 'model.safetensors')]]);

function open(name: string) {
  const json = (file: string) => JSON.parse(readFileSync(new URL(`${name}/${file}`, root), 'utf8'));
  const separate = existsSync(new URL(`${name}/hf_quant_config.json`, root));
  return openSafetensors({
    files: sources(readFileSync(new URL(`${name}/model.safetensors`, root))),
    config: json('config.json'),
    ...(separate ? { quantization: json('hf_quant_config.json') } : {}),
  });
}

it('has folders of several methods', () => expect(names.length).toBeGreaterThan(10));

describe.each(names)('%s', (name) => {
  it('becomes one tensor for each layer, and nothing is left over', async () => {
    await using model = await open(name);
    expect(model.quantization!.method).toMatch(/\w/);
    expect(model.config.layerCount).toBe(2);
    const linear = /^blk\.[01]\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight$/;
    const matrices = [...model.tensors.values()].filter((info) => linear.test(info.name));
    expect(matrices).toHaveLength(14);
    const scaled = matrices.filter(({ scaleBlock }) => scaleBlock !== undefined);
    expect(scaled.length).toBeGreaterThan(0);
    for (const info of model.tensors.values()) {
      expect(info.name).toMatch(
        /^(token_embd|output|output_norm|blk\.[01]\.\w+)\.(weight|bias|pre_quant_scale)$/,
      );
      expect((await model.readTensor(info.name)).byteLength).toBe(info.byteLength);
    }
  });
});

it('has scales of inputs as tensors of their own', async () => {
  await using model = await open('modelopt-int4-awq');
  const name = [...model.tensors.keys()].find((each) => each.endsWith('.pre_quant_scale'))!;
  const layer = model.tensors.get(name.replace('pre_quant_scale', 'weight'))!;
  const inputs = layer.shape[1]!;
  expect(model.tensors.get(name)).toEqual({ name, type: 'F32', shape: [inputs], byteLength: 4 * inputs });
  const scale = new Float32Array((await model.readTensor(name)).buffer);
  expect(scale.every((value) => value > 0)).toBe(true);
});

it('says so when nothing tells how its layers are quantized', async () => {
  for (const name of ['gptq-4', 'ct-w4a16', 'fp8-blocks', 'modelopt-nvfp4']) {
    const bytes = readFileSync(new URL(`${name}/model.safetensors`, root));
    const config = JSON.parse(readFileSync(new URL(`${name}/config.json`, root), 'utf8'));
    const { quantization_config: _, ...rest } = config;
    await using model = await openSafetensors({ files: sources(bytes), config: rest });
    expect(() => model.config, name).toThrow(/belongs to a quantized layer, and nothing says how/);
  }
});

it('opens what it cannot read, to be listed', async () => {
  const config = {
    ...tinyConfig('qwen3'),
    quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true },
  };
  await using model = await openSafetensors({ files: sources(tinyBytes('qwen3')), config });
  expect(() => model.config).toThrow(/bitsandbytes/);
  expect(model.tensors.has('model.norm.weight')).toBe(true);
  expect(model.quantization).toBeUndefined();
});

it('prefers a file of its own to config.json, and reads config.json of a larger model', async () => {
  const quantization_config = { quant_method: 'bitsandbytes' };
  const files = sources(tinyBytes('qwen3'));
  const config = { ...tinyConfig('qwen3'), quantization_config };
  const quantization = { quantization: { quant_algo: null } };
  const model = await openSafetensors({ files, config, quantization });
  expect(() => model.config).not.toThrow(/bitsandbytes/);
  const text = { ...tinyConfig('gemma3'), quantization_config };
  const wrapped = await openSafetensors({
    files: sources(tinyBytes('gemma3')),
    config: { model_type: 'gemma3', text_config: text },
  });
  expect(() => wrapped.config).toThrow(/bitsandbytes/);
});
