import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConvertOptions, convertModel, inspectModel, LlamellaError } from 'llamella';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openModelFiles } from './support/open-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const folder = temporaryFolder();
const source = folder.write('tiny.gguf', tinyGguf());
let handles: FileHandle;
let place: string;
let count = 0;

beforeAll(async () => {
  await using file = await open(source);
  handles = Object.getPrototypeOf(file) as FileHandle;
});

beforeEach(() => {
  place = join(folder.path, `place-${count++}`);
  mkdirSync(place);
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(openModelFiles()).toEqual([]);
});

/** The error of a conversion into `place`, after which it looks as before. */
async function errorOf(out: string, options?: ConvertOptions): Promise<LlamellaError> {
  const before = readdirSync(place, { recursive: true });
  const error = await convertModel(source, join(place, out), options).catch((thrown: unknown) => thrown);
  if (!LlamellaError.isInstance(error)) throw new Error(`${out}: not refused in words`, { cause: error });
  expect(readdirSync(place, { recursive: true })).toEqual(before);
  return error;
}

test('without a type, a file stays as it is', async () => {
  const progress: number[] = [];
  const out = join(place, 'copy.gguf');
  const report = await convertModel(source, out, {
    onProgress: ({ phase, loaded, total }) => {
      expect(phase).toBe('convert');
      progress.push(loaded / total);
    },
  });
  expect(Buffer.compare(readFileSync(out), readFileSync(source))).toBe(0);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toBe(1);
  expect(report).toMatchObject({ name: 'tiny', sources: [source], from: 'gguf', to: 'gguf', notes: [] });
  expect(report.files).toEqual([{ path: out, bytes: readFileSync(source).byteLength }]);
  expect(new Set(report.tensors.map(({ kind }) => kind))).toEqual(new Set(['exact']));
});

describe('types', () => {
  const convert = async (type: NonNullable<ConvertOptions['type']>) => {
    const report = await convertModel(source, join(place, 'out.gguf'), { type });
    return new Map(report.tensors.map((change) => [change.tensor, change]));
  };

  test('matrices get the type, norms do not, and the errors are measured', async () => {
    const changes = await convert('Q8_0');
    expect(changes.get('blk.0.attn_norm.weight')).toMatchObject({ from: 'F32', to: 'F32', kind: 'exact' });
    const query = changes.get('blk.0.attn_q.weight')!;
    expect(query).toMatchObject({ from: 'F32', to: 'Q8_0', kind: 're-encoded' });
    // A step is 1/127 of the largest of 32 weights, and an error at most half a step.
    expect(query.relativeError).toBeGreaterThan(0.002);
    expect(query.relativeError).toBeLessThan(0.008);
    expect(query.largestError).toBeGreaterThan(0);
  });

  test('what does not fit its rows gets the type that llama.cpp takes', async () => {
    const changes = await convert('Q4_K');
    expect(changes.get('blk.0.attn_q.weight')!.to).toBe('Q5_0');
    expect(changes.get('blk.0.ffn_down.weight')!.to).toBe('Q4_K');
    // The output projection: Q6_K at least, which rows of 64 do not fit.
    expect(changes.get('token_embd.weight')!.to).toBe('Q8_0');
  });

  test('F32 is exact, F16 too large for some values', async () => {
    expect(new Set([...(await convert('F32')).values()].map(({ kind }) => kind))).toEqual(new Set(['exact']));
    const large = tinyGguf({
      tensor: (tensor) => {
        if (tensor.name !== 'blk.1.ffn_up.weight') return tensor;
        const values = new Float32Array(tensor.bytes.slice().buffer).fill(1e5);
        return { ...tensor, bytes: new Uint8Array(values.buffer) };
      },
    });
    const path = folder.write('large.gguf', large);
    const out = join(place, 'half.gguf');
    await expect(convertModel(path, out, { type: 'F16' })).rejects.toThrow(
      /blk\.1\.ffn_up\.weight in F16.*too large/,
    );
    expect(readdirSync(place)).toEqual(['out.gguf']);
  });

  test.each([
    ['IQ9', 'x.gguf', {}],
    ['Q8_0', 'x', { to: 'safetensors' }],
  ] as const)('%s in %s is refused', async (type, out, options) => {
    const error = await errorOf(out, { ...options, type: type as 'Q8_0' });
    expect(error).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('use same, F32, F16'),
    });
  });
});

describe('the place', () => {
  test.each([
    ['model', undefined, /to: say what .*model is to be/],
    ['model.gguf', 'genai', /a folder for genai/],
    ['model', 'gguf', /must end in \.gguf/],
    ['model', 'onnx', /to: is "onnx"; it can be gguf, safetensors, genai/],
  ] as const)('%s is refused for the container %s', async (out, to, problem) => {
    const error = await errorOf(out, to && { to: to as 'gguf' });
    expect(error.code).toBe('invalid-argument');
    expect(error.message).toMatch(problem);
  });

  test('is not overwritten unless that is asked for', async () => {
    writeFileSync(join(place, 'a.gguf'), 'mine');
    expect((await errorOf('a.gguf')).message).toMatch(/exists already/);
    expect(readFileSync(join(place, 'a.gguf'), 'utf8')).toBe('mine');
    await convertModel(source, join(place, 'a.gguf'), { overwrite: true });
    expect(readFileSync(join(place, 'a.gguf')).subarray(0, 4).toString()).toBe('GGUF');
    expect(readdirSync(place)).toEqual(['a.gguf']);
  });

  test('is written by one of two at once', async () => {
    for (const options of [{ to: 'gguf' }, { to: 'safetensors' }] as const) {
      const out = join(place, `twice${options.to === 'gguf' ? '.gguf' : ''}`);
      const convert = (overwrite: boolean) => convertModel(source, out, { ...options, overwrite });
      const [first, second] = await Promise.allSettled([convert(false), convert(false)]);
      const reasons = [first, second]
        .filter((each) => each.status === 'rejected')
        .map(({ reason }) => reason);
      for (const reason of reasons) expect(reason.message).toMatch(/exists already/);
      expect(reasons.length).toBeLessThan(2);
      await Promise.all([convert(true), convert(true)]);
      expect((await inspectModel(out)).tensors.length).toBeGreaterThan(10);
    }
    expect(readdirSync(place)).toEqual(['twice', 'twice.gguf']);
    await expect(convertModel(source, '')).rejects.toThrow('out: the path is empty');
  });

  test('a folder is replaced as a whole, and only if it is a model', async () => {
    const options = { to: 'safetensors', overwrite: true } as const;
    mkdirSync(join(place, 'out'));
    await convertModel(source, join(place, 'out'), { to: 'safetensors' });
    writeFileSync(join(place, 'out', 'model-00007-of-00008.safetensors'), 'old');
    expect((await errorOf('out', { to: 'safetensors' })).message).toMatch(/exists already/);
    await convertModel(source, join(place, 'out'), options);
    expect(readdirSync(join(place, 'out'))).not.toContain('model-00007-of-00008.safetensors');
    writeFileSync(join(place, 'out', 'thesis.odt'), 'mine');
    expect((await errorOf('out', options)).message).toMatch(/holds "thesis\.odt"/);
    for (const name of ['notes.txt', 'README.md', 'results.json', 'disk.bin']) {
      const path = join(place, name);
      mkdirSync(path);
      writeFileSync(join(path, name), 'mine');
      expect((await errorOf(name, options)).message).toContain(`holds "${name}"`);
      rmSync(path, { recursive: true });
    }
    mkdirSync(join(place, 'other'));
    mkdirSync(join(place, 'other', 'nested'));
    expect((await errorOf('other', options)).message).toMatch(/holds "nested"/);
    expect(readdirSync(place)).toEqual(['other', 'out']);
  });

  test('is neither a file where a folder belongs, nor the reverse', async () => {
    writeFileSync(join(place, 'file'), '');
    mkdirSync(join(place, 'folder.gguf'));
    expect((await errorOf('file', { to: 'genai', overwrite: true })).message).toMatch(/is a file/);
    expect((await errorOf('folder.gguf', { overwrite: true })).message).toMatch(/is a folder/);
    expect(await errorOf(join('missing', 'a.gguf'))).toMatchObject({ code: 'not-found' });
  });

  test('is not the model itself', async () => {
    const link = join(place, 'link.gguf');
    symlinkSync(source, link);
    for (const [out, to] of [
      [source, 'gguf'],
      [link, 'gguf'],
      [folder.path, 'genai'],
    ] as const) {
      const error = await convertModel(source, out, { to, overwrite: true }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({
        code: 'invalid-argument',
        message: expect.stringMatching(/model itself/),
      });
    }
    expect(Buffer.compare(readFileSync(source), tinyGguf())).toBe(0);
  });
});

describe('what goes wrong on the way leaves nothing behind', () => {
  test.each(['gguf', 'safetensors', 'genai'] as const)('%s: an abort', async (to) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const out = join(place, to === 'gguf' ? 'a.gguf' : 'a');
    const onProgress = () => controller.abort(reason);
    await expect(convertModel(source, out, { to, signal: controller.signal, onProgress })).rejects.toBe(
      reason,
    );
    expect(readdirSync(place)).toEqual([]);
  });

  test.each([
    ['ENOSPC', 'no-space', /the disk became full/],
    ['EIO', 'invalid-argument', /cannot be written: broken/],
  ] as const)('%s while writing', async (code, expected, problem) => {
    const write = vi.spyOn(handles, 'write').mockRejectedValue(Object.assign(new Error('broken'), { code }));
    writeFileSync(join(place, 'a.gguf'), 'mine');
    for (const [out, to] of [
      ['a.gguf', 'gguf'],
      ['b', 'genai'],
    ] as const) {
      const error = await errorOf(out, { to, overwrite: true });
      expect(error.code).toBe(expected);
      expect(error.message).toMatch(problem);
    }
    expect(write).toHaveBeenCalled();
    expect(readFileSync(join(place, 'a.gguf'), 'utf8')).toBe('mine');
  });

  test('a tokenizer that the container has no form for', async () => {
    const path = folder.write(
      'odd.gguf',
      tinyGguf({ metadata: { 'tokenizer.ggml.pre': { string: 'superbpe' } } }),
    );
    const error = await convertModel(path, join(place, 'a'), { to: 'safetensors' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'unsupported', message: expect.stringContaining('superbpe') });
    expect(readdirSync(place)).toEqual([]);
  });
});

/** Runs `work` with a conversion under which functions of the file system do something else. */
async function withFileSystem(
  replaced: (original: typeof import('node:fs/promises')) => object,
  work: (convert: typeof convertModel) => Promise<void>,
): Promise<void> {
  vi.doMock('node:fs/promises', async (load) => {
    const original = await load<typeof import('node:fs/promises')>();
    return { ...original, ...replaced(original) };
  });
  vi.resetModules();
  try {
    await work((await import('llamella')).convertModel);
  } finally {
    vi.doUnmock('node:fs/promises');
    vi.resetModules();
  }
}

test('a disk with too little space is seen before anything is written', () =>
  withFileSystem(
    () => ({ statfs: async () => ({ bavail: 100, bsize: 1024 }) }),
    async (convert) => {
      const error = await convert(source, join(place, 'a.gguf')).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'no-space',
        message: expect.stringMatching(/and 102400 are free/),
      });
      expect(readdirSync(place)).toEqual([]);
    },
  ));

test('a folder that someone else moves away while it is looked at is no obstacle', async () => {
  const out = join(place, 'out');
  const options = { to: 'safetensors', overwrite: true } as const;
  await convertModel(source, out, options);
  const whole = readdirSync(out);
  let moved = 0;
  await withFileSystem(
    ({ readdir, rename }) => ({
      async readdir(path: string, listing: { withFileTypes: true }) {
        if (path === out) await rename(out, join(place, `moved-${moved++}`)).catch(() => undefined);
        return readdir(path, listing);
      },
    }),
    async (convert) => void (await convert(source, out, options)),
  );
  expect(moved).toBeGreaterThan(0);
  expect(readdirSync(out)).toEqual(whole);
});
