import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, type TensorType, UnsupportedError } from '@llamella/spec';
import {
  bytesFromMemory,
  type GgufContents,
  type GgufField,
  type GgufTensor,
  ggufByteLength,
  openGguf,
  readGgufNumberTypes,
  writeGguf,
} from '@llamella/weights';
import { describe, expect, test } from 'vitest';

const golden = new URL('golden/tiny.gguf', import.meta.url);

async function write(contents: GgufContents): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const written = await writeGguf(contents, {
    write: async (bytes) => void parts.push(bytes.slice()),
  });
  const file = new Uint8Array(Buffer.concat(parts));
  expect(file.byteLength).toBe(written);
  expect(ggufByteLength(contents)).toBe(written);
  return file;
}

function tensor(name: string, shape: readonly number[], bytes: Uint8Array, type: TensorType = 'F32') {
  return {
    name,
    type,
    shape,
    async *data() {
      for (let start = 0; start < bytes.byteLength; start += 100) yield bytes.subarray(start, start + 100);
    },
  } satisfies GgufTensor;
}

const architecture: readonly [string, GgufField] = ['general.architecture', 'none'];
const contents = (
  tensors: readonly GgufTensor[],
  fields: readonly (readonly [string, GgufField])[] = [],
) => ({
  metadata: new Map([architecture, ...fields]),
  tensors,
});

describe('writeGguf', () => {
  test('writes the file again that gguf-py wrote, byte for byte', async () => {
    const bytes = new Uint8Array(await readFile(golden));
    const source = bytesFromMemory(bytes, 'tiny.gguf');
    const types = await readGgufNumberTypes(source);
    await using model = await openGguf(source);
    const metadata = new Map<string, GgufField>();
    for (const [key, value] of model.metadata) {
      const type = types.get(key);
      const isNumber = typeof value === 'number' || typeof value === 'bigint';
      expect(isNumber).toBe(type !== undefined);
      metadata.set(key, isNumber ? { type: type!, value } : value);
    }
    const tensors = [...model.tensors.values()].map((info) => ({
      ...info,
      async *data() {
        yield await model.readTensor(info.name);
      },
    }));
    expect(Buffer.compare(await write({ metadata, tensors }), bytes)).toBe(0);
  });

  test('keeps every kind of value', async () => {
    const fields: [string, GgufField][] = [
      ['a', { type: 'uint8', value: 255 }],
      ['b', { type: 'int8', value: -128 }],
      ['c', { type: 'uint16', value: 65_535 }],
      ['d', { type: 'int16', value: -32_768 }],
      ['e', { type: 'uint32', value: 2 ** 32 - 1 }],
      ['f', { type: 'int32', value: -(2 ** 31) }],
      ['g', { type: 'uint64', value: 2n ** 64n - 1n }],
      ['h', { type: 'int64', value: -5 }],
      ['i', { type: 'float32', value: 0.5 }],
      ['j', { type: 'float64', value: 0.1 }],
      ['k', true],
      ['l', 'größer'],
      ['m', ['', 'two']],
      ['n', [true, false]],
      ['o', Float32Array.of(1.5, Number.POSITIVE_INFINITY)],
      ['p', BigInt64Array.of(-1n)],
    ];
    const source = bytesFromMemory(await write(contents([], fields)), 'values');
    await using model = await openGguf(source);
    const types = await readGgufNumberTypes(source);
    for (const [key, field] of fields) {
      const isNumber = typeof field === 'object' && 'value' in field;
      expect(model.metadata.get(key)).toEqual(isNumber ? field.value : field);
      expect(types.get(key)).toBe(isNumber ? field.type : undefined);
    }
  });

  test('aligns data as asked', async () => {
    const bytes = Uint8Array.from({ length: 12 }, (_, index) => index);
    const tensors = [tensor('one', [3], bytes), tensor('two', [3], bytes.toReversed())];
    for (const alignment of [8, 32, 512]) {
      const fields = [['general.alignment', { type: 'uint32', value: alignment }]] as const;
      const source = bytesFromMemory(await write(contents(tensors, fields)), 'aligned');
      expect(source.size % alignment).toBe(0);
      await using model = await openGguf(source);
      expect(await model.readTensor('one')).toEqual(bytes);
      expect(await model.readTensor('two')).toEqual(bytes.toReversed());
    }
  });

  const bytes = new Uint8Array(64);
  const sized = (value: number | bigint, type = 'uint8') => [['x', { type, value } as GgufField]] as const;
  test.each([
    ['a name of 64 bytes', contents([tensor('x'.repeat(64), [16], bytes)]), /64 bytes/],
    ['a name of 64 bytes in 32 letters', contents([tensor('ü'.repeat(32), [16], bytes)]), /64 bytes/],
    ['an empty name', contents([tensor('', [16], bytes)]), /0 bytes/],
    ['two tensors of a name', contents([tensor('x', [16], bytes), tensor('x', [16], bytes)]), /two tensors/],
    ['five dimensions', contents([tensor('x', [1, 1, 1, 1, 16], bytes)]), /dimensions/],
    ['rows of half blocks', contents([tensor('x', [16], bytes, 'Q8_0')]), /whole blocks/],
    ['too little data', contents([tensor('x', [17], bytes)]), /68 bytes, but 64 come/],
    ['too much data', contents([tensor('x', [15], bytes)]), /60 bytes, but more come/],
    ['a number too large', contents([], sized(256)), /256 does not fit into uint8/],
    ['a negative number', contents([], sized(-1n, 'uint64')), /does not fit into uint64/],
    ['a fraction', contents([], sized(0.5, 'int32')), /not an integer/],
    [
      'a mixed list',
      contents([], [['x', ['a', true] as unknown as readonly string[]]]),
      /neither strings nor/,
    ],
    [
      'an odd alignment',
      contents([], [['general.alignment', { type: 'uint32', value: 33 }]]),
      /power of two/,
    ],
  ])('refuses %s', async (_, each, problem) => {
    await expect(write(each)).rejects.toThrow(InvalidArgumentError);
    await expect(write(each)).rejects.toThrow(problem);
  });

  test('refuses a type that ggml does not have', async () => {
    await expect(write(contents([tensor('x', [64], bytes, 'F8_E4M3')]))).rejects.toThrow(UnsupportedError);
  });

  test('stops when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sink = {
      write: async (part: Uint8Array) => {
        if (part.byteLength === 100) controller.abort(reason);
      },
    };
    const large = contents([tensor('x', [1000], new Uint8Array(4000))]);
    await expect(writeGguf(large, sink, { signal: controller.signal })).rejects.toBe(reason);
  });
});
