import { createRandom } from '@llamella/conformance';
import { LlamellaError } from '@llamella/spec';
import { bytesFromMemory, decodeTensor, openGguf } from '@llamella/weights';
import { expect, it } from 'vitest';
import { goldenBytes } from './golden-files.ts';

const file = goldenBytes('tiny.gguf');
const dataLength = 29_760;
const headerEnd = file.byteLength - dataLength;
const random = createRandom(20_241);
const hostile = [
  0n,
  1n,
  31n,
  255n,
  65_536n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

function mutate(): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const place = () => random.integer(headerEnd - 8);
  switch (random.integer(5)) {
    case 0:
      for (let flips = 1 + random.integer(4); flips > 0; flips--) bytes[place()]! ^= 1 << random.integer(8);
      break;
    case 1:
      view.setBigUint64(place(), hostile[random.integer(hostile.length)]!, true);
      break;
    case 2:
      view.setUint32(place(), Number(hostile[random.integer(hostile.length)]! & 0xffffffffn), true);
      break;
    case 3: {
      // A run of the header over another place: duplicate names, overlapping tensors, shifted structures.
      const from = place();
      bytes.copyWithin(place(), from, from + 1 + random.integer(200));
      break;
    }
    default:
      bytes[place()] = random.integer(256);
      bytes[place()] = random.integer(256);
      return bytes.slice(0, headerEnd + random.integer(file.byteLength - headerEnd));
  }
  return bytes;
}

/** Opens a file and reads all of it. @returns the code of the error that one of the steps gave, or 'valid' */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const model = await openGguf(bytesFromMemory(bytes, 'fuzz.gguf'));
    for (const { name, type, shape } of model.tensors.values())
      decodeTensor(type, await model.readTensor(name), shape);
    expect(model.config.layerCount).toBeGreaterThan(0);
    return 'valid';
  } catch (error) {
    if (!LlamellaError.isInstance(error)) throw error;
    expect(error.message).toMatch(/fuzz\.gguf|^decoding|^source: /);
    return error.code;
  }
}

it('fails with an error of its own at every truncation of the header', async () => {
  for (let length = 0; length < headerEnd; length++) {
    expect(await outcome(file.slice(0, length))).toBe('invalid-file');
  }
});

it('survives 10,000 damaged headers without taking memory', async () => {
  const outcomes = new Map<string, number>();
  let largest = 0;
  for (let round = 0; round < 10_000; round++) {
    const bytes = mutate();
    const before = process.memoryUsage();
    const code = await outcome(bytes);
    const after = process.memoryUsage();
    const grown = after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
    largest = Math.max(largest, grown);
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
  }
  expect(largest).toBeLessThan(64 * 2 ** 20);
  expect([...outcomes.keys()].sort()).toEqual(['invalid-file', 'unsupported', 'valid']);
  expect(outcomes.get('invalid-file')).toBeGreaterThan(3000);
  expect(outcomes.get('valid')).toBeGreaterThan(500);
}, 20_000);
