import { readFileSync } from 'node:fs';
import { type ByteSource, InvalidFileError, LlamellaError } from '@llamella/spec';
import { bytesFromMemory, openSafetensors, readSafetensorsIndex } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { entry, fileOf, sourcesOf, tensorOf, writeAll } from './safetensors-bytes.ts';

const open = (files: ReadonlyMap<string, ByteSource>, index?: unknown) =>
  openSafetensors({ files, config: {}, ...(index === undefined ? {} : { index }) });
const openBytes = (bytes: Uint8Array) => open(sourcesOf(new Map([['m.safetensors', bytes]])));
const two = { a: entry('F32', [2], 0, 8), b: entry('F16', [1, 2], 8, 12) };

describe('one file', () => {
  it('reads every element type of the safetensors library', async () => {
    const bytes = readFileSync(new URL('fixtures/types.safetensors', import.meta.url));
    await using model = await openBytes(bytes);
    const types = new Map([...model.storedTensors.values()].map(({ name, dataType }) => [name, dataType]));
    expect(Object.fromEntries(types)).toEqual({
      bool: 'BOOL',
      uint8: 'U8',
      int8: 'I8',
      float8_e4m3fn: 'F8_E4M3',
      float8_e4m3fnuz: 'F8_E4M3FNUZ',
      float8_e5m2: 'F8_E5M2',
      float8_e5m2fnuz: 'F8_E5M2FNUZ',
      float8_e8m0fnu: 'F8_E8M0',
      float4_e2m1fn_x2: 'F4',
      int16: 'I16',
      uint16: 'U16',
      float16: 'F16',
      bfloat16: 'BF16',
      int32: 'I32',
      uint32: 'U32',
      float32: 'F32',
      complex64: 'C64',
      int64: 'I64',
      uint64: 'U64',
      float64: 'F64',
      scalar: 'F32',
      empty: 'F32',
    });
    expect(model.metadata).toEqual(new Map(Object.entries({ format: 'pt', note: 'zwölf' })));
    expect(model.storedTensors.get('float4_e2m1fn_x2')).toMatchObject({ shape: [2, 6], byteLength: 6 });
    expect(await model.readTensor('int32')).toEqual(Uint8Array.from({ length: 24 }, (_, index) => index));
    expect(await model.readTensor('scalar')).toEqual(new Uint8Array(Float32Array.of(1.5).buffer));
    expect(await model.readTensor('empty')).toEqual(new Uint8Array(0));
    expect(model.tensors.has('float64')).toBe(true);
    expect(model.tensors.has('complex64')).toBe(false);
    expect(() => model.config).toThrow(/model_type is missing/);
    await expect(model.readTensor('no\nsuch')).rejects.toThrow('m.safetensors: no tensor "no\\nsuch"');
  });

  it('takes a header padded with spaces, and tensors of no elements anywhere', async () => {
    const empty = { ...two, e: entry('F32', [0], 8, 8), z: entry('I8', [3, 0], 12, 12) };
    await using model = await openBytes(fileOf(`${JSON.stringify(empty)}      `, 12));
    expect(model.tensors.size).toBe(4);
  });

  it('closes its files once, and is not usable then', async () => {
    let closed = 0;
    const source = { ...bytesFromMemory(fileOf(two, 12), 'm'), close: async () => void closed++ };
    const model = await open(new Map([['m.safetensors', source]]));
    await model[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
    expect(closed).toBe(1);
    await expect(model.readTensor('a')).rejects.toMatchObject({ code: 'disposed' });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /at byte 0: 0 bytes are too few/],
    ['seven bytes', new Uint8Array(7), /7 bytes are too few/],
    ['an empty header', fileOf(''), /length of 0/],
    ['a header beyond the format', fileOf(two, 12, 100_000_001), /length of 100000001, not 2 to 100000000/],
    ['a header beyond the file', fileOf(two, 12, 5000), /length of 5000, beyond the file's/],
    ['a length of 2^63', fileOf(two, 12, 2 ** 63), /length of 9223372036854775808/],
    [
      'space before the header',
      fileOf(` ${JSON.stringify(two)}`, 12),
      /at byte 8: the header does not start/,
    ],
    ['an array', fileOf('[]'), /does not start with \{/],
    ['no JSON', fileOf('{"a":}'), /at byte 8: this is not JSON/],
    ['bytes that are no UTF-8', fileOf('{"~":1}').map((byte) => (byte === 0x7e ? 0xff : byte)), /not JSON/],
    [
      'a name twice',
      fileOf(
        '{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
        1,
      ),
      /at byte 61: the key "a" appears twice/,
    ],
    [
      'a field twice',
      fileOf('{"a":{"dtype":"I8","shape":[1],"shape":[2],"data_offsets":[0,1]}}', 1),
      /the key "shape" appears twice/,
    ],
    ['deep nesting', fileOf(`{"a":${'['.repeat(10_000)}`), /nested more than 8 deep/],
    ['no object', fileOf({ a: 1 }), /tensor "a" has no dtype/],
    ['null', fileOf({ a: null }), /tensor "a" has no dtype/],
    ['no shape', fileOf({ a: { dtype: 'F32', data_offsets: [0, 0] } }), /has no valid shape/],
    ['a negative shape', fileOf({ a: entry('F32', [-1], 0, 0) }), /has no valid shape/],
    ['a shape of fractions', fileOf({ a: entry('F32', [0.5], 0, 2) }, 2), /has no valid shape/],
    ['a shape of strings', fileOf({ a: entry('F32', ['2'], 0, 8) }, 8), /has no valid shape/],
    ['100 dimensions', fileOf({ a: entry('I8', Array(100).fill(1), 0, 1) }, 1), /has no valid shape/],
    ['elements beyond 2^53', fileOf({ a: entry('I8', [2 ** 40, 2 ** 40], 0, 1) }, 1), /takes .* bytes/],
    ['a shape that is zero and huge', fileOf({ a: entry('I8', [1e308, 0], 0, 0) }), /has no valid shape/],
    [
      'three offsets',
      fileOf({ a: { dtype: 'I8', shape: [1], data_offsets: [0, 1, 2] } }, 1),
      /no valid data_offsets/,
    ],
    ['offsets backwards', fileOf({ a: entry('I8', [1], 1, 0) }, 1), /has those from 1 to 0/],
    [
      'offsets of the wrong size',
      fileOf({ a: entry('F32', [2], 0, 9) }, 9),
      /takes 8 bytes, but has those from 0 to 9/,
    ],
    ['half a byte', fileOf({ a: entry('F4', [3], 0, 2) }, 2), /takes 1.5 bytes/],
    [
      'data beyond the file',
      fileOf(two, 11),
      /tensor "b" ends 12 bytes into the data, of which there are 11/,
    ],
    [
      'an overlap',
      fileOf({ a: entry('F32', [2], 0, 8), b: entry('F32', [2], 4, 12) }, 12),
      /"a" and tensor "b" overlap/,
    ],
    [
      'an empty tensor inside another',
      fileOf({ a: entry('F32', [2], 0, 8), e: entry('I8', [0], 4, 4) }, 8),
      /overlap/,
    ],
    [
      'a gap',
      fileOf({ a: entry('F32', [1], 0, 4), b: entry('F32', [1], 5, 9) }, 9),
      /1 bytes between tensor "a" and tensor "b"/,
    ],
    [
      'a gap at the start',
      fileOf({ a: entry('F32', [1], 4, 8) }, 8),
      /4 bytes between the header and tensor "a"/,
    ],
    ['bytes at the end', fileOf(two, 13), /1 bytes after tensor "b" belong to no tensor/],
    ['metadata that is no object', fileOf({ __metadata__: 1 }), /__metadata__/],
    ['metadata that is no string', fileOf({ __metadata__: { a: 1 } }), /__metadata__ "a" is no string/],
  ])('refuses %s', async (_, bytes, problem) => {
    const error = await openBytes(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidFileError);
    expect((error as Error).message).toMatch(/^m\.safetensors/);
    expect((error as Error).message).toMatch(problem);
  });

  it('names an element type that it does not know', async () => {
    const bytes = fileOf({ a: entry('F3', [1], 0, 1) }, 1);
    await expect(openBytes(bytes)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(openBytes(bytes)).rejects.toThrow('tensor "a" of the type "F3"');
  });
});

const tensors = ['a', 'b', 'c', 'd'].map((name, index) =>
  tensorOf(name, 'F32', [2], new Uint8Array(8).fill(index)),
);
const written = await writeAll(tensors, { maximumFileSize: 16 });
const index = JSON.parse(new TextDecoder().decode(written.get('model.safetensors.index.json')));

describe('several files', () => {
  const shards = new Map([...written].filter(([name]) => !name.endsWith('.json')));
  const [first, second] = [...shards.keys()] as [string, string];
  const withIndex = (change: (json: typeof index) => void) => {
    const json = structuredClone(index);
    change(json);
    return open(
      sourcesOf(
        new Map([...shards, ['x.safetensors.index.json', new TextEncoder().encode(JSON.stringify(json))]]),
      ),
    );
  };

  it('reads them by an index among the files, a parsed one, or none', async () => {
    for (const model of [
      await open(sourcesOf(written)),
      await open(sourcesOf(shards), index),
      await open(sourcesOf(shards)),
    ]) {
      expect([...model.tensors.keys()].sort()).toEqual(['a', 'b', 'c', 'd']);
      expect(await model.readTensor('d')).toEqual(new Uint8Array(8).fill(3));
      expect(model.name).toBe(first);
    }
  });

  it('leaves out files that the index does not name', async () => {
    const files = new Map([...shards, ['consolidated.safetensors', fileOf(two, 12)]]);
    const model = await open(sourcesOf(files), index);
    expect(model.tensors.size).toBe(4);
    await expect(open(sourcesOf(files))).rejects.toThrow(/tensor "a" is in .* already/);
  });

  it('takes any total_size that is a size', async () => {
    await withIndex((json) => (json.metadata.total_size = 1));
    await withIndex((json) => delete json.metadata);
  });

  it.each([-1, 1.5, '32', Infinity, 1e300])('refuses a total_size of %s', async (size) => {
    const problem = withIndex((json) => (json.metadata.total_size = size));
    await expect(problem).rejects.toThrow(/x\.safetensors\.index\.json: total_size is/);
  });

  it.each([
    '../model.safetensors',
    '..',
    'sub/model.safetensors',
    'sub\\model.safetensors',
    '/etc/model.safetensors',
    'C:model.safetensors',
    '%2e%2e%2fmodel.safetensors',
    'https://host/model.safetensors',
    '.safetensors',
    'model.bin',
    'a\0.safetensors',
    '',
    7,
    null,
  ])('refuses to look for a tensor in %j', async (file) => {
    await expect(withIndex((json) => (json.weight_map.a = file))).rejects.toThrow(
      /tensor "a" lies in .*, which is no file name of this folder/,
    );
  });

  it('refuses an index that does not fit its files', async () => {
    await expect(withIndex((json) => (json.weight_map.e = first))).rejects.toThrow(
      `tensor "e" is not in "${first}"`,
    );
    await expect(withIndex((json) => (json.weight_map.a = second))).rejects.toThrow(
      `tensor "a" is not in "${second}"`,
    );
    await expect(withIndex((json) => (json.weight_map.a = 'z.safetensors'))).rejects.toThrow(
      'x.safetensors.index.json: "z.safetensors" is named here, but is missing',
    );
    await expect(withIndex((json) => (json.weight_map = []))).rejects.toThrow('there is no weight_map');
    await expect(withIndex((json) => (json.weight_map = {}))).rejects.toThrow(
      'x.safetensors.index.json: weight_map names no tensor',
    );
    await expect(open(new Map())).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('lists the files of an index, and refuses one that names a tensor twice', async () => {
    const source = (text: string) => bytesFromMemory(new TextEncoder().encode(text), 'index');
    const read = await readSafetensorsIndex(source(JSON.stringify(index)));
    expect(read.files).toEqual([first, second]);
    expect(read.tensors.get('c')).toBe(second);
    const twice = '{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}';
    await expect(readSafetensorsIndex(source(twice))).rejects.toThrow(
      'index at byte 35: the key "a" appears twice',
    );
    const endless = { name: 'index', size: 2e8, read: () => Promise.reject(new Error('was read')) };
    await expect(readSafetensorsIndex(endless)).rejects.toThrow(/200000000 bytes are more/);
  });

  it('stops when aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openSafetensors({ files: sourcesOf(written), config: {} }, { signal })).rejects.toThrow(
      'enough',
    );
    const error = await open(sourcesOf(new Map())).catch((thrown: unknown) => thrown);
    expect(LlamellaError.isInstance(error)).toBe(true);
  });
});
