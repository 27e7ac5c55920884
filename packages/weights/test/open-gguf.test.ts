import { createHash } from 'node:crypto';
import { LlamellaError } from '@llamella/spec';
import { bytesFromMemory, decodeTensor, openGguf, readSplitCount, splitFileNames } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { count, fieldsWith, ggufFile, real, strings, text } from './gguf-writer.ts';
import { goldenBytes, goldenSource, rawBytes, tiny } from './golden-files.ts';

describe('a file written by gguf-py', async () => {
  const model = await openGguf(goldenSource('tiny.gguf'));

  it('has the configuration that its metadata state', () => {
    expect(model.config).toEqual({
      architecture: 'llama',
      name: 'tiny',
      contextLength: 128,
      vocabularySize: 8,
      hiddenSize: 64,
      intermediateSize: 96,
      layerCount: 1,
      headCount: 4,
      keyValueHeadCount: 2,
      headSize: 16,
      normEpsilon: Math.fround(1e-5),
      ropeTheta: 50_000,
      ropeScaling: { kind: 'divisors', divisors: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
      ropeInterleaved: true,
      tiedEmbeddings: true,
    });
    expect(model).toMatchObject({
      name: 'tiny.gguf',
      version: 3,
      alignment: 32,
      architecture: 'llama',
      format: 'gguf',
    });
  });

  it('has every kind of value', () => {
    const value = (key: string) => model.metadata.get(key);
    expect(value('tokenizer.ggml.tokens')).toEqual(['a', 'Ġb', 'é', '日本', '🙂', '', '\ufeffx', '<|end|>']);
    expect(value('tokenizer.ggml.merges')).toEqual(['a b', 'Ġ b']);
    expect(value('tokenizer.ggml.token_type')).toEqual(Int32Array.of(1, 1, 1, 1, 1, 1, 1, 3));
    expect(value('tokenizer.ggml.scores')).toEqual(Float32Array.of(0, -1.5, 2, 3, 4, 5, 6, 7));
    expect(value('test.uint8')).toBe(200);
    expect(value('test.int8')).toBe(-100);
    expect(value('test.uint16')).toBe(60_000);
    expect(value('test.int16')).toBe(-30_000);
    expect(value('test.uint32')).toBe(4_000_000_000);
    expect(value('test.int32')).toBe(-2_000_000_000);
    expect(value('test.uint64')).toBe(Number.MAX_SAFE_INTEGER);
    expect(value('test.uint64.large')).toBe(2n ** 64n - 1n);
    expect(value('test.int64')).toBe(-(2 ** 40));
    expect(value('test.float32')).toBe(Math.fround(0.1));
    expect(value('test.float64')).toBe(0.1);
    expect(value('test.boolean')).toBe(true);
    expect(value('test.booleans')).toEqual([true, false, true]);
  });

  it.each(Object.keys(tiny))('has the tensor %s', async (name) => {
    const info = model.tensors.get(name)!;
    expect(info).toMatchObject({ name, type: tiny[name]!.type, shape: tiny[name]!.shape });
    const values = decodeTensor(info.type, await model.readTensor(name), info.shape);
    expect(createHash('sha256').update(rawBytes(values)).digest('hex')).toBe(tiny[name]!.sha256);
  });

  it('has no other tensors', async () => {
    expect([...model.tensors.keys()]).toEqual(Object.keys(tiny));
    const read = model.readTensor('blk.9.attn_q.weight');
    await expect(read).rejects.toThrow('tiny.gguf: no tensor "blk.9.attn_q.weight"');
    await expect(read).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a split model', async () => {
  const names = splitFileNames('tiny-split-00001-of-00003.gguf', 3);
  const sources = names.map(goldenSource);

  it('reads like the same model in one file', async () => {
    expect(await readSplitCount(sources[0]!)).toBe(3);
    expect(await readSplitCount(sources[2]!)).toBe(3);
    const model = await openGguf(sources);
    const whole = await openGguf(goldenSource('tiny.gguf'));
    expect(model.config).toEqual(whole.config);
    expect(model.tensors).toEqual(whole.tensors);
    for (const name of model.tensors.keys()) {
      expect(await model.readTensor(name)).toEqual(await whole.readTensor(name));
    }
  });

  it('must be complete, in order and of one kind', async () => {
    const [first, second, third] = sources as [never, never, never];
    await expect(openGguf(first)).rejects.toThrow(/is one of 3 files, but 1 were given/);
    await expect(openGguf([first, third, second])).rejects.toThrow(/is file 3 of 3, but was given as file 2/);
    await expect(openGguf([])).rejects.toThrow(/source: is an empty list/);
    await expect(openGguf([first, second, goldenSource('tiny.gguf')])).rejects.toThrow(/is one of 1 files/);
  });

  it('must have the number of tensors that it states, each once', async () => {
    const part = (number: number, name: string, total = 2) =>
      bytesFromMemory(
        ggufFile({
          fields: [count('split.no', number), count('split.count', 2), count('split.tensors.count', total)],
          tensors: [{ name, dimensions: [8], type: 0, offset: 0 }],
          data: 32,
        }),
        `part ${number}`,
      );
    expect((await openGguf([part(0, 'a'), part(1, 'b')])).tensors.size).toBe(2);
    await expect(openGguf([part(0, 'a'), part(1, 'a')])).rejects.toThrow(
      /tensor "a" is in an earlier file already/,
    );
    await expect(openGguf([part(0, 'a', 3), part(1, 'b', 3)])).rejects.toThrow(
      /count is 3, but the 2 files have 2/,
    );
  });

  it('has file names that follow from one of them', () => {
    expect(splitFileNames('a/b-00002-of-00003.gguf', 3)).toEqual([
      'a/b-00001-of-00003.gguf',
      'a/b-00002-of-00003.gguf',
      'a/b-00003-of-00003.gguf',
    ]);
    expect(splitFileNames('whatever.gguf', 1)).toEqual(['whatever.gguf']);
    expect(() => splitFileNames('b-00001-of-00003.gguf', 2)).toThrow(/must end in -00001-of-00002\.gguf/);
    expect(() => splitFileNames('b.gguf', 2)).toThrow(/must end in/);
    expect(() => splitFileNames('b.gguf', 0)).toThrow(/count: 0 is not a number of files/);
  });
});

it('reads version 2 like version 3', async () => {
  const bytes = goldenBytes('tiny.gguf');
  bytes[4] = 2;
  const model = await openGguf(bytesFromMemory(bytes, 'v2'), { name: 'my model' });
  expect([model.version, model.name, model.tensors.size]).toEqual([2, 'my model', 12]);
});

it('closes its sources once, and cannot be read afterwards', async () => {
  let closed = 0;
  const source = { ...goldenSource('tiny.gguf'), close: async () => void closed++ };
  const model = await openGguf(source);
  await model[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  expect(closed).toBe(1);
  await expect(model.readTensor('output_norm.weight')).rejects.toMatchObject({ code: 'disposed' });
});

it('stops when aborted', async () => {
  const reason = new Error('enough');
  await expect(openGguf(goldenSource('tiny.gguf'), { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});

it('decodes tokens that are not UTF-8 one by one, and others exactly', async () => {
  const parts = [Uint8Array.of(0x61, 0xe6), Uint8Array.of(0x97, 0xa5), 'b', Uint8Array.of(0xff), '🙂'];
  const file = ggufFile({ fields: [strings('broken', parts), strings('whole', ['é', '', '🙂x'])] });
  const { metadata } = await openGguf(bytesFromMemory(file, 'tokens'));
  expect(metadata.get('broken')).toEqual(['a�', '��', 'b', '�', '🙂']);
  expect(metadata.get('whole')).toEqual(['é', '', '🙂x']);
});

it('reads arrays and strings that are longer than a window', async () => {
  const long = 'x'.repeat(3_000_000);
  const many = Array.from({ length: 300_000 }, (_, index) => `token ${index}`);
  const file = ggufFile({
    fields: [text('long', long), strings('many', many), strings('both', ['a', long, 'b'])],
  });
  const { metadata } = await openGguf(bytesFromMemory(file, 'long'));
  expect(metadata.get('long')).toBe(long);
  expect(metadata.get('many')).toEqual(many);
  expect(metadata.get('both')).toEqual(['a', long, 'b']);
});

describe('the configuration', () => {
  const open = (changes: Parameters<typeof fieldsWith>[0]) =>
    openGguf(bytesFromMemory(ggufFile({ fields: fieldsWith(changes) }), 'm.gguf'));
  const key = (name: string, value: number) => ({ [`llama.${name}`]: count(`llama.${name}`, value) });

  it('has defaults', async () => {
    const { config } = await open({});
    expect(config).toMatchObject({
      keyValueHeadCount: 4,
      headSize: 16,
      ropeTheta: 10_000,
      ropeScaling: { kind: 'none' },
      vocabularySize: 3,
    });
    expect(config.name).toBeUndefined();
  });

  it('passes other architectures on, with their own way of rotating', async () => {
    const fields = fieldsWith({}).map(
      ([name, type, value]) => [name.replace('llama.', 'qwen3.'), type, value] as const,
    );
    const file = ggufFile({
      fields: [
        ...fields.filter(([name]) => name !== 'general.architecture'),
        text('general.architecture', 'qwen3'),
      ],
    });
    const { config, architecture } = await openGguf(bytesFromMemory(file, 'm'));
    expect([architecture, config.architecture, config.ropeInterleaved]).toEqual(['qwen3', 'qwen3', false]);
  });

  it.each([
    ['llama.context_length', undefined, 'llama.context_length is missing'],
    ['llama.context_length', 0, 'llama.context_length is 0, not a positive number'],
    ['llama.block_count', 2 ** 31, 'llama.block_count is 2147483648, not a 31-bit integer'],
    ['llama.attention.head_count', 5, 'heads have size 12.8'],
    ['llama.attention.head_count_kv', 3, 'head_count_kv is 3, no divisor of the 4 heads'],
    ['llama.attention.key_length', 15, 'heads have size 15'],
    ['llama.attention.value_length', 8, 'keys of size 16 with values of size 8 is not supported'],
    ['llama.rope.dimension_count', 18, 'dimension_count is 18, no even part of the 16 dimensions of a head'],
    ['llama.rope.dimension_count', 7, 'dimension_count is 7, no even part'],
    ['llama.expert_count', 8, 'a mixture of 8 experts is not supported'],
    ['llama.attention.layer_norm_rms_epsilon', undefined, 'layer_norm_rms_epsilon is missing'],
    ['general.architecture', undefined, 'general.architecture is missing'],
  ] as const)('rejects %s = %s', async (name, value, message) => {
    const model = await open({ [name]: value === undefined ? undefined : count(name, value) });
    expect(() => model.config).toThrow(LlamellaError);
    expect(() => model.config).toThrow(/^m\.gguf: /);
    expect(() => model.config).toThrow(message);
  });

  it('rejects values of the wrong type', async () => {
    const asText = { 'llama.block_count': text('llama.block_count', 'two') };
    await expect(open(asText).then(({ config }) => config)).rejects.toThrow(
      /llama\.block_count is two, not a positive/,
    );
    const asNumber = { 'general.architecture': count('general.architecture', 1) };
    await expect(open(asNumber).then(({ config }) => config)).rejects.toThrow(/architecture is not a string/);
  });

  it('knows linear scaling, old and new', async () => {
    const factor = { f: real('llama.rope.scaling.factor', 4) };
    const linear = { kind: 'linear', factor: 4 };
    expect(
      (await open({ ...factor, t: text('llama.rope.scaling.type', 'linear') })).config.ropeScaling,
    ).toEqual(linear);
    expect((await open({ f: real('llama.rope.scale_linear', 4) })).config.ropeScaling).toEqual(linear);
    const none = await open({ ...factor, t: text('llama.rope.scaling.type', 'none') });
    expect(none.config.ropeScaling).toEqual({ kind: 'none' });
    const dynamic = await open({ ...factor, t: text('llama.rope.scaling.type', 'dynamic') });
    expect(() => dynamic.config).toThrow(/rotary scaling of type dynamic is not supported/);
    const missing = await open({ t: text('llama.rope.scaling.type', 'linear') });
    expect(() => missing.config).toThrow(/rope\.scaling\.factor is missing/);
  });

  it('accepts counts per layer when they agree', async () => {
    const perLayer = (name: string, ...values: number[]) => {
      const array = Uint32Array.from([4, values.length, 0, ...values]);
      return { [name]: [name, 9, new Uint8Array(array.buffer)] as const };
    };
    expect((await open(perLayer('llama.feed_forward_length', 128, 128))).config.intermediateSize).toBe(128);
    const mixed = await open(perLayer('llama.feed_forward_length', 128, 256));
    expect(() => mixed.config).toThrow(/feed_forward_length that differs between layers is not supported/);
    const empty = await open(perLayer('llama.attention.head_count_kv'));
    expect(() => empty.config).toThrow(/head_count_kv is an empty array/);
  });

  it('checks rope_freqs.weight', async () => {
    const withDivisors = (length: number, value: number) => {
      const file = ggufFile({
        fields: fieldsWith(key('vocab_size', 3)),
        tensors: [{ name: 'rope_freqs.weight', dimensions: [length], type: 0, offset: 0 }],
        data: length * 4,
      });
      new Float32Array(file.buffer, file.byteLength - length * 4).fill(value);
      return openGguf(bytesFromMemory(file, 'm.gguf'));
    };
    const { config } = await withDivisors(8, 2);
    expect(config.ropeScaling).toEqual({ kind: 'divisors', divisors: new Float32Array(8).fill(2) });
    const short = await withDivisors(4, 2);
    expect(() => short.config).toThrow(/tensor rope_freqs\.weight has 4 values for heads of 16/);
    const zero = await withDivisors(8, 0);
    expect(() => zero.config).toThrow(/rope_freqs\.weight holds a value that is not a positive number/);
  });

  it('counts the rows of the embedding, which may be more than there are tokens', async () => {
    const withEmbedding = (rows: number) =>
      openGguf(
        bytesFromMemory(
          ggufFile({
            fields: fieldsWith({}),
            tensors: [
              { name: 'token_embd.weight', dimensions: [64, rows], type: 0, offset: 0 },
              { name: 'output.weight', dimensions: [64, rows], type: 0, offset: 256 * rows },
            ],
            data: 512 * rows,
          }),
          'm.gguf',
        ),
      );
    const { config } = await withEmbedding(5);
    expect([config.vocabularySize, config.tiedEmbeddings]).toEqual([5, false]);
    const few = await withEmbedding(2);
    expect(() => few.config).toThrow(/tokens has 3 tokens for an embedding of 2 rows/);
  });
});
