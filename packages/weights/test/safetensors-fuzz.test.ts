import { createRandom } from '@llamella/conformance';
import { LlamellaError } from '@llamella/spec';
import { bytesFromMemory, openSafetensors, readSafetensorsIndex } from '@llamella/weights';
import { expect, it } from 'vitest';
import { fileOf } from './safetensors-bytes.ts';
import { tinyBytes, tinyConfig } from './tiny-models.ts';

const file = tinyBytes('qwen3');
const headerEnd = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
const config = tinyConfig('qwen3');
const random = createRandom(4_711);
const hostile = [
  '-1',
  '1e308',
  '1e999',
  '9007199254740993',
  '0.5',
  '""',
  'null',
  '[]',
  '{}',
  '[0,0]',
  'true',
  '4294967296',
];

/** Opens a file and reads all of it. @returns the code of the error that one of the steps gave, or 'valid' */
async function outcome(bytes: Uint8Array, withConfig: unknown = config): Promise<string> {
  try {
    const files = new Map([['fuzz.safetensors', bytesFromMemory(bytes, 'fuzz.safetensors')]]);
    await using model = await openSafetensors({ files, config: withConfig });
    for (const { name, byteLength } of model.tensors.values()) {
      expect((await model.readTensor(name)).byteLength).toBe(byteLength);
    }
    expect(model.config.layerCount).toBeGreaterThan(0);
    return 'valid';
  } catch (error) {
    if (!LlamellaError.isInstance(error)) throw error;
    expect(error.message).toMatch(/^fuzz\.safetensors/);
    return error.code;
  }
}

function mutate(): Uint8Array {
  const bytes = file.slice();
  const place = () => 8 + random.integer(headerEnd - 8);
  switch (random.integer(6)) {
    case 0:
      for (let flips = 1 + random.integer(4); flips > 0; flips--) bytes[place()]! ^= 1 << random.integer(8);
      return bytes;
    case 1:
      bytes[random.integer(8)] = random.integer(256);
      return bytes;
    case 2: {
      // A run of the header over another place: duplicate names, overlapping tensors, broken structure.
      const from = place();
      bytes.copyWithin(place(), from, Math.min(headerEnd, from + 1 + random.integer(200)));
      return bytes;
    }
    case 3: {
      // A number replaced, the header as long as it becomes.
      const text = new TextDecoder().decode(bytes.subarray(8, headerEnd));
      const numbers = [...text.matchAll(/\d+/g)];
      const { index, 0: digits } = numbers[random.integer(numbers.length)]!;
      const value = hostile[random.integer(hostile.length)]!;
      const changed = fileOf(text.slice(0, index) + value + text.slice(index + digits.length));
      return new Uint8Array(Buffer.concat([changed, bytes.subarray(headerEnd)]));
    }
    case 4:
      for (let count = random.integer(40); count > 0; count--) bytes[place()] = random.integer(256);
      return bytes;
    default:
      return bytes.slice(0, random.integer(file.byteLength));
  }
}

it('fails with an error of its own at every truncation of the header and of the data', async () => {
  for (let length = 0; length < file.byteLength; length += length < headerEnd ? 1 : 997) {
    expect(await outcome(file.slice(0, length))).toBe('invalid-file');
  }
});

it('survives 10,000 damaged files without taking memory', async () => {
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
  expect(outcomes.get('valid')).toBeGreaterThan(100);
}, 40_000);

it('survives bytes that were never a file', async () => {
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: random.integer(400) }, () => random.integer(256));
    if (bytes.length > 9 && round % 2 === 0) {
      bytes.fill(0, 1, 8);
      bytes[8] = 0x7b;
    }
    expect(await outcome(bytes)).toMatch(/^(invalid-file|unsupported)$/);
  }
});

it('survives any value of any key of config.json', async () => {
  const values = [null, 0, -1, 1e308, 0.5, '', 'x', true, [], {}, [null], { a: 1 }, 2 ** 40];
  const nested = {
    rope_scaling: { rope_type: 'yarn', factor: 2, short_factor: [1], attention_factor: 2, mscale: 1 },
  };
  expect(await outcome(file)).toBe('valid');
  for (const variant of ['llama-3', 'gemma3', 'smollm3', 'phi3', 'qwen2-sliding', 'granite']) {
    const whole: Record<string, unknown> = {
      ...tinyConfig(variant),
      ...(variant === 'llama-3' ? nested : {}),
    };
    for (const key of Object.keys(whole)) {
      for (const value of values) {
        expect(await outcome(file, { ...whole, [key]: value })).toMatch(/^(invalid-file|unsupported|valid)$/);
        const inner = whole[key];
        if (typeof inner !== 'object' || inner === null) continue;
        for (const name of Object.keys(inner)) {
          const changed = { ...whole, [key]: { ...inner, [name]: value } };
          expect(await outcome(file, changed)).toMatch(/^(invalid-file|unsupported|valid)$/);
        }
      }
    }
  }
}, 40_000);

it('reads a header of 10 MB in bounded time and memory', async () => {
  const name = 'x'.repeat(40);
  const count = 100_000;
  const entries = Array.from({ length: count }, (_, index) => {
    return `"${name}${index}":{"dtype":"I8","shape":[1],"data_offsets":[${index},${index + 1}]}`;
  });
  const bytes = fileOf(`{${entries.join(',')}}`, count);
  const files = new Map([['m.safetensors', bytesFromMemory(bytes, 'm')]]);
  const model = await openSafetensors({ files, config: {} });
  expect(model.storedTensors.size).toBe(count);
}, 40_000);

it('refuses a header of nothing but brackets, or of one long string, at once', async () => {
  for (const [text, problem] of [
    ['{"a":'.repeat(4_000_000), /nested more than 8 deep/],
    [`{"a":${'[],'.repeat(8_000_000)}`, /not JSON/],
    [`{"${'\\'.repeat(20_000_000)}`, /not JSON/],
    [`{${'"":0,'.repeat(5_000_000)}`, /the key "" appears twice/],
  ] as const) {
    const files = new Map([['m.safetensors', bytesFromMemory(fileOf(text), 'm')]]);
    await expect(openSafetensors({ files, config: {} })).rejects.toThrow(problem);
  }
}, 40_000);

it('survives damaged indexes', async () => {
  const text = JSON.stringify({
    metadata: { total_size: 12 },
    weight_map: { a: 'x.safetensors', b: 'y.safetensors' },
  });
  for (let round = 0; round < 3000; round++) {
    const bytes = new TextEncoder().encode(text);
    for (let count = random.integer(5); count >= 0; count--)
      bytes[random.integer(bytes.length)] = random.integer(256);
    const read = readSafetensorsIndex(bytesFromMemory(bytes, 'index'));
    const result = await read.catch((error: unknown) => error);
    if (result instanceof Error) expect(LlamellaError.isInstance(result) && result.code).toBe('invalid-file');
    else
      for (const name of (await read).files) expect(name).toMatch(/^[\p{L}\p{N}_][^/\\:%]*\.safetensors$/u);
  }
});
