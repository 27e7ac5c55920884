import { openSafetensors, safetensorsFiles } from '@llamella/weights';
import { expect, it } from 'vitest';
import { sourcesOf, tensorOf, writeAll } from './safetensors-bytes.ts';

const bytes = (length: number, from = 0) => Uint8Array.from({ length }, (_, index) => (from + index) % 256);
const tensors = [
  tensorOf('small', 'I8', [3], bytes(3)),
  tensorOf('__proto__', 'F32', [], bytes(4, 1)),
  tensorOf('7', 'BF16', [2, 1], bytes(4, 2)),
  tensorOf('wide', 'F64', [2], bytes(16, 3)),
  tensorOf('none', 'F16', [0, 5], bytes(0)),
  tensorOf('"é\n', 'F4', [4], bytes(2, 4)),
];

it('writes a file that reads back, data aligned and covering it', async () => {
  const files = await writeAll(tensors, { metadata: { format: 'pt', made: 'here' } });
  expect([...files.keys()]).toEqual(['model.safetensors']);
  const file = files.get('model.safetensors')!;
  const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(headerLength % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  expect(header.wide.data_offsets).toEqual([0, 16]);
  expect(header.small.data_offsets).toEqual([24, 27]);
  await using model = await openSafetensors({ files: sourcesOf(files), config: {} });
  expect(model.metadata.get('made')).toBe('here');
  expect(model.storedTensors.size).toBe(tensors.length);
  for (const { name, dataType, shape, data } of tensors) {
    const stored = model.storedTensors.get(name)!;
    expect([stored.dataType, stored.shape]).toEqual([dataType, shape]);
    if (dataType === 'F4') continue;
    const parts: number[] = [];
    for await (const part of data()) parts.push(...part);
    expect([...(await model.readTensor(name))]).toEqual(parts);
  }
});

it('divides what is larger than a file may be, and never a tensor', () => {
  const files = safetensorsFiles(tensors, { maximumFileSize: 8 });
  expect(files.map(({ name }) => name)).toEqual([
    'model-00001-of-00004.safetensors',
    'model-00002-of-00004.safetensors',
    'model-00003-of-00004.safetensors',
    'model-00004-of-00004.safetensors',
    'model.safetensors.index.json',
  ]);
  const large = safetensorsFiles([tensors[3]!, tensors[0]!], { maximumFileSize: 8 });
  expect(large.map(({ name }) => name)).toEqual([
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ]);
});

it('writes an index with the size of all data', async () => {
  const files = await writeAll(tensors, { maximumFileSize: 8 });
  const index = JSON.parse(new TextDecoder().decode(files.get('model.safetensors.index.json')));
  expect(index.metadata.total_size).toBe(29);
  expect(index.weight_map.wide).toBe('model-00003-of-00004.safetensors');
  await using model = await openSafetensors({ files: sourcesOf(files), config: {} });
  expect(model.storedTensors.size).toBe(tensors.length);
});

it('tells how far it is and stops when told to', async () => {
  const [file] = safetensorsFiles(tensors);
  const progress: number[] = [];
  await file!.write(
    { write: async () => {} },
    { onProgress: (loaded, total) => progress.push(loaded / total) },
  );
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual(progress.toSorted((left, right) => left - right));
  const stop = new AbortController();
  const write = file!.write({ write: async () => stop.abort(new Error('enough')) }, { signal: stop.signal });
  await expect(write).rejects.toThrow('enough');
});

it('refuses what readers would refuse', async () => {
  const one = (name: string, dataType: 'F32' | 'F4', shape: number[]) => () =>
    safetensorsFiles([tensorOf(name, dataType, shape, bytes(4))]);
  expect(one('a', 'F32', [-1])).toThrow('"a": cannot have the type F32 and the shape [-1]');
  expect(one('a', 'F32', [0.5])).toThrow(/cannot have/);
  expect(one('a', 'F32', [2 ** 50, 16])).toThrow(/cannot have/);
  expect(one('a', 'F4', [3])).toThrow(/cannot have/);
  expect(one('__metadata__', 'F32', [1])).toThrow(/reserved/);
  expect(() => safetensorsFiles([...tensors, ...tensors])).toThrow('"small": is the name of two tensors');
  expect(() => safetensorsFiles(tensors, { maximumFileSize: 0 })).toThrow('maximumFileSize: is 0');
  await expect(writeAll([tensorOf('a', 'F32', [2], bytes(7))])).rejects.toThrow(/takes 8 bytes, but 7 come/);
  await expect(writeAll([tensorOf('a', 'F32', [1], bytes(7))])).rejects.toThrow(
    /takes 4 bytes, but more come/,
  );
});
