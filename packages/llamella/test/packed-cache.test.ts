import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type LoadedModel, type LoadOptions, loadModel, type Progress } from 'llamella';
import { beforeEach, describe, expect, test } from 'vitest';
import { openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const place = temporaryFolder();
const path = place.write('tiny.gguf', tinyGguf({ type: 'Q4_1' }));
const program = fileURLToPath(new URL('support/load-cached.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(place.path, 'cache-'));
});

const entries = () => readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
const leftovers = () => readdirSync(folder).filter((name) => name.startsWith('.'));
const weights = (entry = entries()[0]!) => join(folder, entry, 'weights.bin');
const old = new Date(Date.now() - 10 * 60_000);

async function logitsHash(model: LoadedModel): Promise<string> {
  const hash = createHash('sha256');
  await model.engine.forEachLogits(Uint32Array.of(1, 40, 50, 60), (logits) => void hash.update(logits));
  return hash.digest('hex');
}

/** Loads through the cache. @returns a hash of the logits, and the phases of loading */
async function load(file = path, options: LoadOptions = {}): Promise<{ hash: string; phases: Set<string> }> {
  const phases = new Set<string>();
  const cache = { folder, minimumBytes: 0, ...(typeof options.cache === 'object' && options.cache) };
  const onProgress = ({ phase }: Progress) => void phases.add(phase);
  await using model = await loadModel(file, { threads: 1, onProgress, ...options, cache });
  return { hash: await logitsHash(model), phases };
}

async function loadInMemory(file = path): Promise<string> {
  await using model = await loadModel(file, { threads: 1, cache: false });
  return await logitsHash(model);
}

async function loadElsewhere(...options: string[]): Promise<string> {
  const flags = ['--conditions=@llamella/source', '--disable-warning=ExperimentalWarning'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    program,
    path,
    folder,
    ...options,
  ]);
  return stdout.trim();
}

describe('packed weights', () => {
  test('are written once, and give the same logits bit for bit', async () => {
    const expected = await loadInMemory();
    const first = await load();
    const written = statSync(weights());
    const second = await load();
    expect([first.hash, second.hash]).toEqual([expected, expected]);
    expect([...first.phases]).toEqual(expect.arrayContaining(['identify', 'pack', 'compile']));
    expect(second.phases).not.toContain('pack');
    expect(second.phases).toContain('verify');
    expect(statSync(weights()).mtimeMs).toBe(written.mtimeMs);
    expect(entries()).toHaveLength(1);
    expect(readdirSync(join(folder, entries()[0]!)).sort()).toEqual(['manifest.json', 'weights.bin']);
    expect(openModelFiles()).toEqual([]);
  });

  test('keep the errors that packing measured', async () => {
    const cache = { folder, minimumBytes: 0 };
    const fidelity = async () => {
      await using model = await loadModel(path, { cache });
      return model.fidelity;
    };
    const packed = await fidelity();
    expect(packed.some(({ measured }) => measured !== undefined)).toBe(true);
    expect(await fidelity()).toEqual(packed);
  });

  test('are found for the same content elsewhere, and not for a file that changed in place', async () => {
    const { hash } = await load();
    const copy = place.write('copy.gguf', readFileSync(path));
    expect((await load(copy)).phases).not.toContain('pack');
    const bytes = tinyGguf({ type: 'Q4_1' });
    for (let at = bytes.length - 5000; at < bytes.length; at += 20) bytes[at + 8]! ^= 0x11;
    const { mtime } = statSync(copy);
    writeFileSync(copy, bytes);
    utimesSync(copy, mtime, mtime);
    const changed = await load(copy);
    expect(changed.phases).toContain('pack');
    expect(changed.hash).not.toBe(hash);
    expect(changed.hash).toBe(await loadInMemory(copy));
    expect(entries()).toHaveLength(2);
  });

  test.each(['first', 'middle', 'last'])('that were damaged in the %s byte are made anew', async (which) => {
    const { hash } = await load();
    const bytes = readFileSync(weights());
    const at = { first: 0, middle: bytes.length >> 1, last: bytes.length - 1 }[which]!;
    bytes[at]! ^= 1;
    writeFileSync(weights(), bytes);
    const again = await load();
    expect(again.hash).toBe(hash);
    expect(again.phases).toContain('pack');
    expect((await load()).phases).not.toContain('pack');
    expect(leftovers()).toEqual([]);
  });

  test.each([
    ['shorter', (file: string) => writeFileSync(file, readFileSync(file).subarray(1))],
    ['missing', (file: string) => rmSync(file)],
  ])('that are %s are made anew', async (_, damage) => {
    const { hash } = await load();
    for (const name of ['weights.bin', 'manifest.json']) {
      damage(join(folder, entries()[0]!, name));
      expect((await load()).hash).toBe(hash);
      expect((await load()).phases).not.toContain('pack');
    }
  });

  test('are written by two processes at once, and used by both', async () => {
    const expected = await loadInMemory();
    expect(await Promise.all([loadElsewhere(), loadElsewhere()])).toEqual([expected, expected]);
    expect(entries()).toHaveLength(1);
    expect(leftovers()).toEqual([]);
    expect((await load()).phases).not.toContain('pack');
  });

  test('of a process that was killed are no entry, and are cleared away', async () => {
    await expect(loadElsewhere('kill')).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect(entries()).toEqual([]);
    expect(leftovers()).toHaveLength(1);
    const abandoned = join(folder, leftovers()[0]!);
    for (const name of readdirSync(abandoned)) utimesSync(join(abandoned, name), old, old);
    utimesSync(abandoned, old, old);
    const { hash } = await load();
    expect(hash).toBe(await loadInMemory());
    expect(leftovers()).toEqual([]);
  });

  test('of a process that still writes are left alone', async () => {
    const { ownedName } = await import('../src/cache-owner.ts');
    const theirs = join(folder, ownedName('.writing'));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(theirs);
    utimesSync(theirs, old, old);
    await load();
    expect(existsSync(theirs)).toBe(true);
  });
});

describe('the limit of the cache', () => {
  const other = place.write('other.gguf', tinyGguf({ type: 'Q8_0' }));

  test('removes what was used longest ago', async () => {
    await load();
    const [first] = entries();
    const maximumBytes = 1.5 * statSync(weights()).size;
    await load(other, { cache: { maximumBytes: Math.ceil(maximumBytes) } });
    expect(entries()).toHaveLength(1);
    expect(entries()).not.toContain(first);
  });

  test('keeps what was used last', async () => {
    const third = place.write('third.gguf', tinyGguf({ type: 'Q4_0' }));
    await load();
    const [first] = entries();
    await load(other);
    const second = entries().find((entry) => entry !== first)!;
    utimesSync(join(folder, first!, 'manifest.json'), old, old);
    utimesSync(join(folder, second, 'manifest.json'), old, old);
    await load();
    const bytes = statSync(weights(first)).size + statSync(weights(second)).size;
    await load(third, { cache: { maximumBytes: bytes } });
    expect(entries()).toContain(first);
    expect(entries()).not.toContain(second);
  });

  test('leaves what is in use, and loads without it', async () => {
    await using model = await loadModel(path, { threads: 1, cache: { folder, minimumBytes: 0 } });
    const hash = await logitsHash(model);
    const [first] = entries();
    if (process.platform === 'linux') expect(readFileSync('/proc/self/maps', 'utf8')).toContain(weights());
    const maximumBytes = Math.ceil(1.5 * statSync(weights()).size);
    expect((await load(other, { cache: { maximumBytes } })).hash).toBe(await loadInMemory(other));
    expect(entries()).toEqual([first]);
    expect(await logitsHash(model)).toBe(hash);
  });

  test('of nothing keeps nothing', async () => {
    expect((await load(path, { cache: { maximumBytes: 0 } })).hash).toBe(await loadInMemory());
    expect([...entries(), ...leftovers()]).toEqual([]);
  });

  test('is a number of bytes', async () => {
    await expect(load(path, { cache: { maximumBytes: -1 } })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('maximumBytes'),
    });
  });
});

describe('a load that ends early', () => {
  test('leaves nothing when it is aborted', async () => {
    for (const phase of ['identify', 'pack']) {
      const controller = new AbortController();
      const reason = new Error(`aborted in ${phase}`);
      const onProgress = (progress: Progress) => progress.phase === phase && controller.abort(reason);
      const loading = load(path, { signal: controller.signal, onProgress });
      await expect(loading).rejects.toBe(reason);
      expect([...entries(), ...leftovers()]).toEqual([]);
      expect(openModelFiles()).toEqual([]);
    }
  });

  test('leaves nothing when the callback throws', async () => {
    const error = new Error('the callback failed');
    const onProgress = ({ phase }: Progress) => {
      if (phase === 'pack') throw error;
    };
    await expect(load(path, { onProgress })).rejects.toBe(error);
    expect([...entries(), ...leftovers()]).toEqual([]);
  });

  test('lets go of an entry when it is aborted while it reads it', async () => {
    await load();
    const controller = new AbortController();
    const reason = new Error('aborted');
    const onProgress = ({ phase }: Progress) => phase === 'verify' && controller.abort(reason);
    await expect(load(path, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(readdirSync(join(folder, entries()[0]!)).sort()).toEqual(['manifest.json', 'weights.bin']);
  });
});

test('without a usable folder a model loads all the same', async () => {
  const file = place.write('no-folder', Buffer.from('mine'));
  const dangling = join(place.path, 'dangling');
  symlinkSync(join(place.path, 'unmounted'), dangling);
  for (const nowhere of [file, join(file, 'packed'), dangling]) {
    const { hash } = await load(path, { cache: { folder: nowhere, minimumBytes: 0 } });
    expect(hash).toBe(await loadInMemory());
  }
  expect(readFileSync(file, 'utf8')).toBe('mine');
  await expect(load(path, { cache: { folder: '' } })).rejects.toThrow('cache.folder: the path is empty');
});

test('without a cache nothing is written', async () => {
  const before = process.env.LLAMELLA_CACHE;
  process.env.LLAMELLA_CACHE = folder;
  try {
    await using _ = await loadModel(path, { cache: false });
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    if (before === undefined) delete process.env.LLAMELLA_CACHE;
    else process.env.LLAMELLA_CACHE = before;
  }
});
