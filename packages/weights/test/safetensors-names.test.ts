import { decodeTensor, openSafetensors, transformersName } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { sourcesOf, tensorOf, writeAll } from './safetensors-bytes.ts';
import { openTinyModel, tinyBytes, tinyConfig, tinyModels } from './tiny-models.ts';

type Change = (name: string) => string | undefined;

/** A tiny model with its tensors under other names, or left out, and with more of them. */
async function renamed(
  variant: string,
  change: Change,
  config: Record<string, unknown> = {},
  more: Parameters<typeof tensorOf>[] = [],
) {
  await using model = await openTinyModel(variant);
  const tensors = [...more];
  for (const { name, dataType, shape } of model.storedTensors.values()) {
    const to = change(name);
    const source = (await openStored(variant)).get(name)!;
    if (to !== undefined) tensors.push([to, dataType, shape, source]);
  }
  const files = await writeAll(tensors.map((each) => tensorOf(...each)));
  return openSafetensors({ files: sourcesOf(files), config: { ...tinyConfig(variant), ...config } });
}

/** Stored bytes by stored name: a configuration that means nothing leaves every name as it is. */
async function openStored(variant: string): Promise<Map<string, Uint8Array>> {
  const files = sourcesOf(new Map([['m.safetensors', tinyBytes(variant)]]));
  await using model = await openSafetensors({ files, config: {} });
  const bytes = new Map<string, Uint8Array>();
  for (const name of model.tensors.keys()) bytes.set(name, await model.readTensor(name));
  return bytes;
}

const keep: Change = (name) => name;

describe('names of transformers', () => {
  it.each(tinyModels)('come back from those of %s', async (variant) => {
    await using model = await openTinyModel(variant);
    const back = [...model.tensors.keys()].map((name) => transformersName(name, model.config.architecture));
    expect(back.sort()).toEqual([...model.storedTensors.keys()].sort());
  });

  it('are none for tensors that it has no name for', () => {
    expect(transformersName('rope_freqs.weight', 'llama')).toBeUndefined();
    expect(transformersName('blk.0.attn_q.pre_quant_scale', 'llama')).toBeUndefined();
    expect(transformersName('blk.0.ssm.weight', 'llama')).toBeUndefined();
    expect(transformersName('weight', 'llama')).toBeUndefined();
  });

  it.each<[string, Change]>([
    ['no prefix', (name) => name.replace('model.', '')],
    ['the prefix of models of text and images', (name) => name.replace('model.', 'language_model.model.')],
    ['that of later ones', (name) => name.replace('model.', 'model.language_model.')],
  ])('are found with %s', async (_, change) => {
    await using expected = await openTinyModel('gemma3');
    await using model = await renamed('gemma3', change);
    expect([...model.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
  });

  it('of other parts and buffers are left out, any other stays and is refused later', async () => {
    const data = new Uint8Array(4);
    const vision = 'vision_tower.vision_model.post_layernorm.weight';
    const more: Parameters<typeof tensorOf>[] = [
      ['model.layers.0.self_attn.rotary_emb.inv_freq', 'F32', [1], data],
      ['model.rotary_emb.inv_freq', 'F32', [1], data],
      ['model.layers.0.self_attn.sinks', 'F32', [1], data],
      [vision, 'F32', [1], data],
      ['multi_modal_projector.mm_soft_emb_norm.weight', 'F32', [1], data],
      ['model.layers.007.mlp.up_proj.weight', 'F32', [1], data],
    ];
    const own = (names: Iterable<string>) =>
      [...names].filter((name) => !/^(blk|token|output)/.test(name)).sort();
    await using text = await renamed('gemma3', keep, {}, more);
    const odd = ['model.layers.0.self_attn.sinks', 'model.layers.007.mlp.up_proj.weight'];
    const projector = 'multi_modal_projector.mm_soft_emb_norm.weight';
    expect(own(text.tensors.keys())).toEqual([...odd, projector, vision].sort());
    const wrapped = {
      model_type: 'gemma3',
      architectures: ['Gemma3ForConditionalGeneration'],
      text_config: tinyConfig('gemma3'),
    };
    await using whole = await renamed('gemma3', keep, wrapped, more);
    expect(own(whole.tensors.keys())).toEqual(odd);
    expect(whole.config).toEqual(text.config);
  });

  it('are refused when two mean the same tensor', async () => {
    const more: Parameters<typeof tensorOf>[] = [['norm.weight', 'F32', [1], new Uint8Array(4)]];
    const model = await renamed('qwen3', keep, {}, more);
    expect(() => model.config).toThrow('"norm.weight" and "model.norm.weight" are both "output_norm.weight"');
  });

  it('of a type that no checkpoint has are refused by name', async () => {
    const more: Parameters<typeof tensorOf>[] = [['mask', 'BOOL', [1], new Uint8Array(1)]];
    const model = await renamed('qwen3', keep, {}, more);
    expect(() => model.config).toThrow('tensor "mask" of the type BOOL is not supported');
    expect(model.storedTensors.has('mask')).toBe(true);
  });
});

describe('an output matrix that the configuration ties to the embedding', () => {
  const embedding = 'model.embed_tokens.weight';
  const output = 'lm_head.weight';
  const { dataType, shape } = { dataType: 'BF16' as const, shape: [96, 32] };

  it('is left out when it is stored as well', async () => {
    const bytes = (await openStored('qwen3')).get(embedding)!;
    await using model = await renamed('qwen3', keep, {}, [[output, dataType, shape, bytes]]);
    expect(model.config.tiedEmbeddings).toBe(true);
    expect(model.tensors.has('output.weight')).toBe(false);
    expect(model.storedTensors.has(output)).toBe(true);
  });

  it('stays when it is another one after all', async () => {
    const bytes = (await openStored('qwen3')).get(embedding)!;
    bytes[bytes.length - 1]! ^= 1;
    await using model = await renamed('qwen3', keep, {}, [[output, dataType, shape, bytes]]);
    expect(model.config.tiedEmbeddings).toBe(false);
    expect(await model.readTensor('output.weight')).toEqual(bytes);
  });

  it('is both when it alone is stored', async () => {
    const bytes = (await openStored('qwen3')).get(embedding)!;
    await using model = await renamed('qwen3', (name) => (name === embedding ? output : name));
    expect(model.config.tiedEmbeddings).toBe(true);
    expect(model.tensors.get('token_embd.weight')).toMatchObject({ name: 'token_embd.weight', shape });
    expect(await model.readTensor('token_embd.weight')).toEqual(bytes);
    expect(model.tensors.has('output.weight')).toBe(false);
  });
});

describe('values', () => {
  it('stay the stored bytes', async () => {
    const stored = await openStored('llama-3');
    await using model = await openTinyModel('llama-3');
    expect(model.tensors.get('blk.1.attn_k.weight')!.type).toBe('BF16');
    expect(await model.readTensor('blk.1.attn_k.weight')).toEqual(
      stored.get('model.layers.1.self_attn.k_proj.weight'),
    );
    expect(await model.readTensor('blk.1.ffn_norm.weight')).toEqual(
      stored.get('model.layers.1.post_attention_layernorm.weight'),
    );
  });

  it.each(['F32', 'F16', 'BF16'] as const)(
    'of norms of Gemma in %s get their 1 in float32',
    async (dataType) => {
      // 2^-9; in BF16 the sum would be 1.
      const bits = { F32: [0, 0, 0, 0x3b], F16: [0, 0x18], BF16: [0, 0x3b] }[dataType];
      const norm = 'model.layers.0.self_attn.q_norm.weight';
      const bytes = Uint8Array.from({ length: 16 * bits.length }, (_, index) => bits[index % bits.length]!);
      const model = await renamed('gemma3', (name) => (name === norm ? undefined : name), {}, [
        [norm, dataType, [16], bytes],
      ]);
      const info = model.tensors.get('blk.0.attn_q_norm.weight')!;
      expect(info).toEqual({ name: 'blk.0.attn_q_norm.weight', type: 'F32', shape: [16], byteLength: 64 });
      const values = decodeTensor('F32', await model.readTensor(info.name), info.shape);
      expect([...values]).toEqual(Array(16).fill(1 + 2 ** -9));
    },
  );
});
