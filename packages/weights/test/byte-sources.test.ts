import { describeByteSource } from '@llamella/conformance';
import { InvalidFileError } from '@llamella/spec';
import { bytesFromBlob, bytesFromMemory } from '@llamella/weights';
import { describe, expect, it } from 'vitest';

describe('memory', () => describeByteSource((bytes) => bytesFromMemory(bytes, 'memory')));
describe('blob', () =>
  describeByteSource((bytes) => bytesFromBlob(new Blob([new Uint8Array(bytes)]), 'blob')));

it('copies out of Node buffers, which slice without copying', async () => {
  const source = bytesFromMemory(Buffer.from([1, 2, 3, 4]), 'buffer');
  const read = await source.read(1, 2);
  read.fill(9);
  expect([...(await source.read(0, 4))]).toEqual([1, 2, 3, 4]);
});

it('reports a blob that cannot be read any more', async () => {
  const blob = new Blob(['abc']);
  blob.slice = () => {
    return {
      arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
    } as unknown as Blob;
  };
  const read = bytesFromBlob(blob, 'gone.gguf').read(0, 1);
  await expect(read).rejects.toThrow(InvalidFileError);
  await expect(read).rejects.toThrow(/gone\.gguf at byte 0: could not be read/);
});
