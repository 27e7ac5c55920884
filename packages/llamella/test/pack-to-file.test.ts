import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cpuExactProfile, cpuProfile } from '@llamella/graph';
import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { describe, expect, test } from 'vitest';
import { packedCacheSettings } from '../src/cache-settings.ts';
import { createPackedBackend } from '../src/create-packed-backend.ts';
import { ensureExact } from '../src/ensure-exact.ts';
import { openModel } from '../src/open-model.ts';
import { packToFile } from '../src/pack-to-file.ts';
import { packWeights } from '../src/pack-weights.ts';
import { addEntry } from '../src/packed-cache.ts';
import { packTemporarily } from '../src/temporary-weights.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const place = temporaryFolder();
const path = place.write('tiny.gguf', tinyGguf({ type: 'Q4_1' }));
let made = 0;
const target = () => join(place.path, `packed-${made++}`);

describe('packing into a file', () => {
  test.each([0, 1, 3])('with %i threads gives the bytes of packing in memory', async (threads) => {
    await using model = await openModel(path);
    const plan = model.plan({ profile: cpuProfile });
    const errors = new Map<string, number>();
    const expected = await packWeights(plan, model.checkpoint, { errors });
    const file = target();
    const seen: number[] = [];
    const onProgress = ({ loaded }: { loaded: number }) => void seen.push(loaded);
    const packed = await packToFile(plan, model, file, { threads, onProgress });
    expect(Buffer.compare(readFileSync(file), expected)).toBe(0);
    expect(packed.errors).toEqual(errors);
    expect(packed.checksums).toHaveLength(plan.initializers.length);
    expect(seen).toHaveLength(plan.initializers.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('goes on without threads for what they cannot open', async () => {
    await using model = await openModel(path);
    const plan = model.plan({ profile: cpuProfile });
    const file = target();
    const elsewhere = { checkpoint: model.checkpoint, location: join(place.path, 'nowhere') };
    await packToFile(plan, elsewhere, file, { threads: 2 });
    expect(Buffer.compare(readFileSync(file), await packWeights(plan, model.checkpoint))).toBe(0);
  });

  test.each([0, 2])('with %i threads says which file is damaged', async (threads) => {
    const damaged = place.write(
      'damaged.gguf',
      tinyGguf({
        type: 'Q4_1',
        tensor: (tensor) => {
          if (tensor.name === 'blk.1.ffn_down.weight') tensor.bytes.fill(0xff);
          return tensor;
        },
      }),
    );
    await using model = await openModel(damaged);
    const plan = model.plan({ profile: cpuProfile });
    const error = await packToFile(plan, model, target(), { threads }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InvalidFileError);
    expect(error).toMatchObject({ code: 'invalid-file', file: damaged, name: 'InvalidFileError' });
    expect(error.message).toContain('blk.1.ffn_down.weight');
    expect(error.message.split(damaged)).toHaveLength(2);
  });

  test('lets the event loop go on', async () => {
    await using model = await openModel(path);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await packToFile(model.plan({ profile: cpuProfile }), model, target(), { threads: 1 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('a disk without room', () => {
  test('makes no entry', async () => {
    await using model = await openModel(path);
    const plan = model.plan({ profile: cpuProfile });
    const folder = mkdtempSync(join(place.path, 'full-'));
    const request = { folder, maximumBytes: 1e9, key: 'a'.repeat(64), plan, model };
    expect(await addEntry({ ...request, free: async () => plan.externalByteLength })).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    const entry = await addEntry({ ...request, free: async () => 3 * plan.externalByteLength });
    expect(existsSync(entry!.path)).toBe(true);
  });

  test('and a folder that cannot be made are no obstacle to loading', async () => {
    await using model = await openModel(path);
    const plan = model.plan({ profile: cpuProfile });
    const cache = { ...packedCacheSettings({ folder: join(path, 'below-a-file'), minimumBytes: 0 }) };
    const { backend } = await createPackedBackend(plan, model, { backend: { threads: 1 }, cache });
    await using loaded = backend;
    expect(loaded.info.vocabularySize).toBe(plan.interface.vocabularySize);
  });
});

test('a temporary file is removed', async () => {
  await using model = await openModel(path);
  const temporary = await packTemporarily(model.plan({ profile: cpuProfile }), model, {});
  if (temporary === undefined) return; // Here temporary files lie in memory.
  expect(existsSync(temporary.path)).toBe(true);
  await temporary.remove();
  expect(existsSync(join(temporary.path, '..'))).toBe(false);
});

test('settings come from the option, then from the environment', () => {
  const standard = packedCacheSettings(undefined, {});
  expect(standard).toMatchObject({ enabled: true, folder: join(homedir(), '.cache/llamella/packed') });
  const environment = { LLAMELLA_CACHE: '/caches', LLAMELLA_PACKED_CACHE_LIMIT: '1000' };
  expect(packedCacheSettings(true, environment)).toMatchObject({
    folder: join('/caches', 'packed'),
    maximumBytes: 1000,
  });
  expect(packedCacheSettings({ maximumBytes: 5 }, environment).maximumBytes).toBe(5);
  expect(packedCacheSettings(undefined, { LLAMELLA_PACKED_CACHE: 'off' }).enabled).toBe(false);
  expect(packedCacheSettings(true, { LLAMELLA_PACKED_CACHE: '0' }).enabled).toBe(true);
  expect(packedCacheSettings(false, {}).enabled).toBe(false);
  expect(() => packedCacheSettings(undefined, { LLAMELLA_PACKED_CACHE_LIMIT: '5 GB' })).toThrow(
    'LLAMELLA_PACKED_CACHE_LIMIT',
  );
});

test('exact arithmetic refuses weights on another grid, and names them', async () => {
  await using model = await openModel(path);
  expect(() => ensureExact(model.plan({ profile: cpuExactProfile }), 'tiny')).not.toThrow();
  const moved = model.plan({ profile: cpuProfile });
  expect(() => ensureExact(moved, 'tiny')).toThrow(UnsupportedError);
  expect(() => ensureExact(moved, 'tiny')).toThrow(/^tiny: .*blk\.0\.attn_q\.weight.* and \d+ more/);
});
