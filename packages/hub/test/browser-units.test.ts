import { createHash } from 'node:crypto';
import { describeByteSource } from '@llamella/conformance';
import { LlamellaError } from '@llamella/spec';
import { describe, expect, test } from 'vitest';
import { createImportStore } from '../src/browser/import-store.ts';
import { chooseImport } from '../src/browser/imported-file.ts';
import { makeRoom } from '../src/browser/make-room.ts';
import { checkPath, opfsPath } from '../src/browser/opfs-tree.ts';
import { loadHashes } from '../src/browser/wasm-hash.ts';
import {
  blobSource,
  createBrowserFetch,
  createBrowserHub,
  createOpfsStorage,
  estimateStorage,
} from '../src/browser.ts';
import { createDiskStorage } from '../src/node.ts';
import { randomBytes } from './fake-hub.ts';
import { temporaryFolder } from './test-hub.ts';

describeByteSource((bytes) => blobSource(new Blob([bytes as Uint8Array<ArrayBuffer>]), 'bytes'));

test('a file that changed is an error that says so', async () => {
  const failing = (slice: () => object) => Object.assign(new Blob(['12345']), { slice }) as Blob;
  const gone = failing(() => ({
    arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
  }));
  const shorter = failing(() => ({ arrayBuffer: async () => new ArrayBuffer(1) }));
  for (const blob of [gone, shorter]) {
    const error = { code: 'invalid-file', file: 'model.gguf', offset: 2 };
    await expect(blobSource(blob, 'model.gguf').read(2, 3)).rejects.toMatchObject(error);
  }
  expect(blobSource(new File([], 'a.gguf')).name).toBe('a.gguf');
});

test('hashes are those of Node, several at once', async () => {
  const create = await loadHashes();
  const bytes = randomBytes(300_000);
  const algorithms = ['sha256', 'sha1', 'sha256', 'sha1', 'sha256'] as const;
  const hashes = algorithms.map((algorithm) => create(algorithm));
  const expected = algorithms.map((algorithm) => createHash(algorithm));
  for (let offset = 0, i = 0; offset < bytes.length; offset += 7001, i++) {
    // Each gets pieces of its own, in turn.
    const which = (i * 3) % algorithms.length;
    hashes[which]!.update(bytes.subarray(offset, offset + 7001));
    expected[which]!.update(bytes.subarray(offset, offset + 7001));
  }
  expect(hashes.map((hash) => hash.digest())).toEqual(expected.map((hash) => hash.digest('hex')));
  expect(create('sha1').digest()).toBe(createHash('sha1').digest('hex'));
});

describe('requests', () => {
  const signal = new AbortController().signal;
  const own = 'https://page.example';
  const headers = { range: 'bytes=5-9', 'if-range': '"tag"' };
  const options = { headers, redirect: 'manual', signal } as const;

  function answering(...answers: (Response | Error)[]) {
    const sent: (RequestInit & { readonly url: string })[] = [];
    const send: typeof fetch = async (url, init) => {
      sent.push({ url: String(url), ...init });
      const answer = answers.shift() ?? new TypeError('Failed to fetch');
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { sent, fetch: createBrowserFetch(send, own) };
  }

  test('to other sites carry nothing that needs to be asked about first', async () => {
    const { sent, fetch } = answering(new Response(), new Response(), new Response());
    await fetch('https://hub.example/file', options);
    await fetch(`${own}/file`, options);
    await fetch('https://hub.example/file', { ...options, headers: { 'accept-encoding': 'identity' } });
    expect(sent.map((request) => request.headers)).toEqual([
      { range: 'bytes=5-9' },
      headers,
      { range: 'bytes=0-' },
    ]);
    expect(sent[0]).toMatchObject({ redirect: 'follow', cache: 'no-store', credentials: 'same-origin' });
  });

  test('that fail say what can be done', async () => {
    const refused = answering(new TypeError('Failed to fetch'), new Response());
    await expect(refused.fetch('https://hub.example/file?secret', options)).rejects.toMatchObject({
      code: 'network',
      isTransient: false,
      message: expect.stringMatching(
        /^https:\/\/hub\.example\/file: .* does not allow https:\/\/page\.example/,
      ),
    });
    expect(refused.sent[1]).toMatchObject({ mode: 'no-cors', method: 'HEAD' });
    const { fetch } = answering();
    const failures = [];
    for (let i = 0; i < 3; i++)
      failures.push(await fetch('https://a.example/', options).catch((error) => error));
    expect(failures.map(({ isTransient }) => isTransient)).toEqual([true, false, false]);
    const known = answering(new Response());
    await known.fetch('https://a.example/', options);
    for (let i = 0; i < 3; i++) {
      await expect(known.fetch('https://a.example/', options)).rejects.toMatchObject({ isTransient: true });
    }
    await expect(answering().fetch(`${own}/file`, options)).rejects.toMatchObject({ isTransient: true });
  });

  test('that were stopped say why', async () => {
    const reason = new Error('enough');
    const stopped = answering().fetch('https://a.example/', {
      ...options,
      signal: AbortSignal.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);
  });
});

describe('files of the user', () => {
  const blob = new Blob(['x']);
  const at = (...paths: string[]) => paths.map((path) => ({ path, file: blob }));
  const chosen = (...paths: string[]) => {
    const { name, files } = chooseImport(at(...paths), undefined);
    return [name, ...files.map(({ path }) => path)];
  };

  test('are named after the model', () => {
    expect(chosen('a/b/Model-Q4_0.gguf')).toEqual(['Model-Q4_0.gguf', 'Model-Q4_0.gguf']);
    const parts = ['x-00001-of-00002.gguf', 'x-00002-of-00002.gguf'];
    expect(chosen(...parts.toReversed(), 'readme.md')).toEqual([parts[0], ...parts]);
    expect(chosen('Top/Model/config.json', 'Top/Model/model.safetensors', 'Top/a.txt')).toEqual([
      ...['Model', 'config.json', 'model.safetensors'],
    ]);
    expect(chosen('genai_config.json', 'model.onnx', 'model.onnx.data')[0]).toBe('model');
    expect(chosen('a:b.gguf')[0]).toBe('a_b.gguf');
    const file = new File(['x'], 'plain.gguf');
    expect(chooseImport([file], 'mine')).toEqual({ name: 'mine', files: [{ path: 'plain.gguf', file }] });
  });

  test('are refused before anything is copied when there is no room', async () => {
    const disk = createDiskStorage(await temporaryFolder());
    const large = Object.defineProperty(new Blob(['GGUF']), 'size', { value: 2 ** 31 });
    const store = createImportStore({ ...disk, freeBytes: async () => 2 ** 31 });
    const adding = store.add([{ path: 'large.gguf', file: large }], {});
    await expect(adding).rejects.toMatchObject({
      code: 'no-space',
      message:
        'file:large.gguf: 2.0 GiB are to be kept and 2.0 GiB are free; make room, such as by removing a model',
    });
    expect(await disk.list('large.gguf')).toEqual([]);
  });

  test.each(['a/b', '..', 'con', '', 'a:b'])('are not kept under the name %j', (name) => {
    expect(() => chooseImport(at('a.gguf'), name)).toThrow(/^name: /);
  });
});

test('room is made without what is open elsewhere, and numbers are checked', async () => {
  const model = (reference: string, lastUsed: number) => ({ reference, lastUsed, bytes: 100 });
  const models = [model('new', 3), model('open', 1), model('old', 2)];
  const hub = {
    list: async () => ({ models }),
    async remove(reference: string) {
      if (reference === 'open') throw new LlamellaError('busy', 'open: is in use');
      return { reference, files: [], freedBytes: 100 };
    },
  } as unknown as Parameters<typeof makeRoom>[2];
  const references = async (bytes: number) =>
    (await makeRoom(bytes, 0, hub, {})).map(({ reference }) => reference);
  expect(await references(150)).toEqual(['old', 'new']);
  await expect(references(250)).rejects.toMatchObject({ code: 'no-space' });
  await expect(references(-1)).rejects.toMatchObject({ code: 'invalid-argument' });
});

test('paths cannot lead elsewhere', () => {
  expect(opfsPath('opfs:/llamella/hub')).toBe('llamella/hub');
  for (const path of ['', '..', 'a/../b', 'a//b', '/a', 'a/', 'a\\b', '.']) {
    expect(() => checkPath(path)).toThrow(/is not a path/);
  }
  expect(() => opfsPath('https://a.example/b')).toThrow(/begins with opfs:\//);
  expect(() => createBrowserHub({ folder: '../x' })).toThrow(/is not a path/);
});

test('where there is no such file system, that is said', async () => {
  const storage = createOpfsStorage('llamella');
  await expect(storage.list('')).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('https or from localhost'),
  });
  expect(await storage.freeBytes()).toBeUndefined();
  expect(await estimateStorage()).toEqual({ persisted: false });
});
