import type { Checkpoint } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';
import { expect, it } from 'vitest';

const bytes = Uint8Array.of(1, 2, 3, 4, 5);
const checkpoint = {
  name: 'folder',
  tensors: new Map([['table', { name: 'table', type: 'U8', shape: [5], byteLength: 5 }]]),
  readTensor: async () => new Uint8Array(bytes),
} as unknown as Checkpoint;

it('copies the bytes of a tensor that is packed as it is stored', async () => {
  const destination = new Uint8Array(5);
  const errors = await packInitializer({ kind: 'stored', tensors: ['table'] }, checkpoint, destination);
  expect(destination).toEqual(bytes);
  expect(errors).toEqual([]);
});

it('refuses recipes and destinations that do not fit', async () => {
  const pack = (tensors: string[], size: number) =>
    packInitializer({ kind: 'stored', tensors }, checkpoint, new Uint8Array(size));
  await expect(pack(['table'], 4)).rejects.toThrow('tensor table has 5');
  await expect(pack(['table', 'table'], 10)).rejects.toThrow('must be one tensor');
  await expect(pack(['other'], 5)).rejects.toThrow('no tensor other');
  const longer = { ...checkpoint, readTensor: async () => new Uint8Array(6) };
  await expect(
    packInitializer({ kind: 'stored', tensors: ['table'] }, longer, new Uint8Array(5)),
  ).rejects.toThrow('has 6 bytes instead of 5');
});
