import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { bytesFromMemory, openGguf } from '@llamella/weights';
import { expect, it } from 'vitest';
import { count, type FileParts, ggufFile, join, string, text, uint32, uint64 } from './gguf-writer.ts';

const open = (parts: FileParts | Uint8Array) =>
  openGguf(bytesFromMemory(parts instanceof Uint8Array ? parts : ggufFile(parts), 'bad.gguf'));
const tensor = { name: 't', dimensions: [32], type: 0, offset: 0 };
const hugeArray = (type: number) => join([uint32(type), uint64(2 ** 40)]);

const invalid: readonly (readonly [name: string, file: FileParts | Uint8Array, message: string])[] = [
  [
    'an empty file',
    new Uint8Array(0),
    'at byte 0: the file ends inside the magic number: 4 bytes expected, 0 left',
  ],
  [
    'another format',
    { magic: 'ggml' },
    'at byte 0: not a GGUF file: it starts with "ggml" instead of "GGUF"',
  ],
  [
    'a cut header',
    ggufFile({}).subarray(0, 20),
    'at byte 0: the file ends inside the header: 24 bytes expected, 20 left',
  ],
  [
    'more tensors than fit',
    { tensorCount: 10 },
    'at byte 8: 10 tensors do not fit into the 24 bytes of the file',
  ],
  ['more keys than fit', { keyCount: 2n ** 50n }, 'at byte 16: 1125899906842624 metadata keys do not fit'],
  ['a count beyond 2^53', { keyCount: 2n ** 63n }, 'the number of metadata keys is 9223372036854775808'],
  ['a key twice', { fields: [count('k', 1), count('k', 2)] }, 'the metadata key "k" appears twice'],
  [
    'an unknown value type',
    { fields: [['k', 13, uint64(0)]] },
    'at byte 33: the value of "k" has the unknown type 13',
  ],
  ['a value that is cut off', { fields: [['k', 10, uint32(0)]] }, 'the file ends inside the value of "k"'],
  [
    'a string beyond the file',
    { fields: [['k', 8, uint64(100)]] },
    'the file ends inside the value of "k": 100 bytes',
  ],
  [
    'a string of terabytes',
    { fields: [['k', 8, uint64(2 ** 40)]] },
    'is 1099511627776 bytes long; at most 1073741824',
  ],
  [
    'a long key',
    ggufFile({ fields: [count('x'.repeat(70_000), 1)] }),
    'metadata key 0 is 70000 bytes long; at most 65535',
  ],
  [
    'a long array of strings',
    { fields: [['k', 9, hugeArray(8)]] },
    '1099511627776 entries, more than the 0 bytes left',
  ],
  ['a long array of numbers', { fields: [['k', 9, hugeArray(0)]] }, '1099511627776 entries, more than'],
  [
    'an array of an unknown type',
    { fields: [['k', 9, hugeArray(99)]] },
    'is an array of the unknown type 99',
  ],
  [
    'a string in an array beyond the file',
    { fields: [['k', 9, join([uint32(8), uint64(1), uint64(2 ** 20)])]] },
    'the file ends inside string 0 of the value of "k"',
  ],
  [
    'a string of terabytes in an array',
    { fields: [['k', 9, join([uint32(8), uint64(1), uint64(2 ** 40)])]] },
    'string 0 of the value of "k" is longer than 1073741824 bytes',
  ],
  ['a boolean of 2', { fields: [['k', 7, Uint8Array.of(2)]] }, 'is a boolean with the value 2'],
  [
    'an alignment of 48',
    { fields: [count('general.alignment', 48)] },
    'general.alignment is 48, not a power of two',
  ],
  [
    'an alignment in words',
    { fields: [text('general.alignment', '32')] },
    'general.alignment is 32, not a power',
  ],
  [
    'a tensor twice',
    { tensors: [tensor, { ...tensor, offset: 128 }], data: 256 },
    'tensor "t" appears twice',
  ],
  ['no dimensions', { tensors: [{ ...tensor, dimensions: [] }], data: 128 }, 'tensor "t" has 0 dimensions'],
  [
    'five dimensions',
    { tensors: [{ ...tensor, dimensions: [1, 1, 1, 1, 1] }], data: 128 },
    'has 5 dimensions, not 1 to 4',
  ],
  ['an empty dimension', { tensors: [{ ...tensor, dimensions: [4, 0] }] }, 'has dimension 1 of length 0'],
  [
    'an endless product',
    { tensors: [{ ...tensor, dimensions: [2 ** 30, 2 ** 30] }] },
    'has dimension 1 of length 1073741824',
  ],
  [
    'rows of half a block',
    { tensors: [{ ...tensor, dimensions: [16, 2], type: 3 }] },
    'is Q4_1 with rows of 16',
  ],
  [
    'an odd offset',
    { tensors: [{ ...tensor, offset: 4 }], data: 256 },
    'the offset 4 of tensor "t" is not a multiple of 32',
  ],
  [
    'data beyond the end',
    { tensors: [tensor], data: 64 },
    'at byte 64: tensor "t" needs 128 bytes from 64, beyond the file\'s 128',
  ],
  ['an offset beyond the end', { tensors: [{ ...tensor, offset: 2 ** 40 }], data: 128 }, 'it is truncated'],
  [
    'tensors that overlap',
    { tensors: [tensor, { ...tensor, name: 'u', offset: 96 }], data: 256 },
    'tensors "t" and "u" overlap',
  ],
  ['a split number that is none', { fields: [text('split.count', 'two')] }, 'split.count is two'],
];

it.each(invalid)('rejects %s', async (_, file, message) => {
  const opened = open(file);
  await expect(opened).rejects.toThrow(InvalidFileError);
  await expect(opened).rejects.toThrow(/^bad\.gguf/);
  await expect(opened).rejects.toThrow(message);
});

it.each<[string, FileParts, string]>([
  ['version 1', { version: 1 }, 'GGUF version 1 is not supported'],
  ['version 4', { version: 4 }, 'GGUF version 4 is not supported'],
  ['big-endian files', { version: 0x03000000 }, 'big-endian GGUF is not supported'],
  ['arrays of arrays', { fields: [['k', 9, hugeArray(9)]] }, 'an array of arrays, is not supported'],
  [
    'retired types',
    { tensors: [{ ...tensor, type: 4 }] },
    'tensor "t": tensor type Q4_2 (id 4) is not supported',
  ],
  ['types of the future', { tensors: [{ ...tensor, type: 999 }] }, 'tensor type id 999 is not supported'],
])('does not support %s, and says so', async (_, file, message) => {
  const opened = open(file);
  await expect(opened).rejects.toThrow(UnsupportedError);
  await expect(opened).rejects.toThrow(message);
});

it('lists tensors of types that it cannot decode', async () => {
  const model = await open({ tensors: [{ ...tensor, dimensions: [256, 2], type: 12 }], data: 288 });
  expect(model.tensors.get('t')).toEqual({ name: 't', type: 'Q4_K', shape: [2, 256], byteLength: 288 });
  expect((await model.readTensor('t')).byteLength).toBe(288);
});

it('shortens names from the file in messages', async () => {
  const name = 'n'.repeat(5000);
  await expect(open({ tensors: [{ ...tensor, name, dimensions: [0] }] })).rejects.toThrow(/^.{100,200}$/);
});

it('names a source that gives fewer bytes than asked for', async () => {
  const source = bytesFromMemory(ggufFile({ fields: [text('k', 'v')] }), 'short.gguf');
  const short = { ...source, read: async () => new Uint8Array(3) };
  await expect(openGguf(short)).rejects.toThrow(/short\.gguf at byte 0: \d+ bytes asked for, 3 read/);
});

it('reads no more than the header', async () => {
  const file = ggufFile({
    fields: [text('k', 'v')],
    tensors: [{ ...tensor, dimensions: [2 ** 20] }],
    data: 2 ** 22,
  });
  const source = bytesFromMemory(file, 'm.gguf');
  let read = 0;
  await openGguf({
    ...source,
    read(offset, length) {
      read += length;
      return source.read(offset, length);
    },
  });
  expect(read).toBe(2 ** 20);
});

it('keeps the name of a key that is not UTF-8 readable', async () => {
  const file = ggufFile({ keyCount: 1 });
  const field = join([string(Uint8Array.of(0xff, 0x6b)), uint32(13)]);
  await expect(open(join([file, field]))).rejects.toThrow(/the value of "\ufffdk" has the unknown type 13/);
});
