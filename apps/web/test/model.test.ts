import { LlamellaError, type Progress } from '@llamella/spec';
import type { BrowserModel, LoadBrowserModel } from 'llamella';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { missingTemplate } from '../../../packages/chat/src/template-error.ts';
import { describeError } from '../src/model/describe-error.ts';
import { findKept, referenceToGoOn, withRecent } from '../src/model/find-kept.ts';
import { labelFiles } from '../src/model/label-files.ts';
import { addProgress, currentPhase, estimate, type LoadProgress } from '../src/model/load-progress.ts';
import { createModelSession } from '../src/model/model-session.ts';
import { parseReference } from '../src/model/parse-reference.ts';
import { formatBytes, formatDuration, formatRate, formatShare } from '../src/platform/format.ts';
import { visibleToken } from '../src/platform/visible-token.ts';

describe('what is typed as a model', () => {
  test.each([
    ['hf:owner/repo', 'hf:owner/repo', 'owner/repo'],
    [' owner/repo:Q4_K_M ', 'hf:owner/repo:Q4_K_M', 'owner/repo:Q4_K_M'],
    ['owner/repo@main:sub/model.gguf', 'hf:owner/repo@main:sub/model.gguf', 'owner/repo@main:sub/model.gguf'],
    ['https://huggingface.co/owner/repo/tree/main', 'hf:owner/repo', 'owner/repo'],
    ['https://huggingface.co/owner/repo?x=1', 'hf:owner/repo', 'owner/repo'],
    ['https://example.org/a/my%20model.gguf', 'https://example.org/a/my%20model.gguf', 'my model.gguf'],
    ['./models/a.gguf', 'https://here.example/page/models/a.gguf', 'a.gguf'],
    ['https://example.org/%E0%A4%A', 'https://example.org/%E0%A4%A', '%E0%A4%A'],
  ])('%j is %j', (text, reference, label) => {
    expect(parseReference(text, 'https://here.example/page/')).toEqual({ reference, label });
  });

  test.each([
    '',
    'model',
    'file:///etc/passwd',
    'ftp://example.org/a',
    'a/b/c/d',
    'javascript:alert(1)',
    'https://',
  ])('%j is refused with a sentence', (text) => {
    expect(parseReference(text, 'https://here.example/')).toEqual({
      error: expect.stringMatching(/^[A-Z].*\.$/),
    });
  });
});

describe('progress', () => {
  const report = (phases: LoadProgress, progress: Progress & Record<string, unknown>, at: number) =>
    addProgress(phases, progress, at);

  test('is kept by phase and by file', () => {
    let phases: LoadProgress = [];
    phases = report(
      phases,
      { phase: 'download', loaded: 50, total: 300, file: 'a', fileLoaded: 50, fileTotal: 100 },
      0,
    );
    phases = report(
      phases,
      { phase: 'download', loaded: 150, total: 300, file: 'a', fileLoaded: 100, fileTotal: 100 },
      1000,
    );
    phases = report(
      phases,
      { phase: 'download', loaded: 200, total: 300, file: 'b', fileLoaded: 50, fileTotal: 200 },
      2000,
    );
    expect(currentPhase(phases)).toMatchObject({
      phase: 'download',
      loaded: 200,
      files: [
        { name: 'a', loaded: 100, total: 100 },
        { name: 'b', loaded: 50, total: 200 },
      ],
    });
    expect(estimate(currentPhase(phases)!)).toEqual({ bytesPerSecond: 75, msLeft: expect.closeTo(1333, -1) });
    phases = report(phases, { phase: 'pack', loaded: 0, total: 10 }, 2000);
    expect(currentPhase(phases)?.phase).toBe('pack');
    phases = report(phases, { phase: 'download', loaded: 300, total: 300 }, 3000);
    expect(phases.map(({ phase }) => phase)).toEqual(['download', 'pack']);
    expect(currentPhase(phases)?.phase).toBe('download');
  });

  test('of a resumed download is estimated from what came since', () => {
    let phases: LoadProgress = [];
    phases = report(phases, { phase: 'download', loaded: 900, total: 1000 }, 0);
    expect(estimate(phases[0]!)).toBeUndefined();
    phases = report(phases, { phase: 'download', loaded: 950, total: 1000 }, 2000);
    expect(estimate(phases[0]!)).toEqual({ bytesPerSecond: 25, msLeft: 2000 });
  });
});

describe('errors', () => {
  test('of every code have a title, what to do, and the details', () => {
    const error = new LlamellaError('no-space', 'needs 4 GB');
    const described = describeError(error, 'loading');
    expect(described).toEqual({
      title: expect.stringContaining('not enough room'),
      advice: expect.stringContaining('Remove models'),
      code: 'no-space',
      detail: 'needs 4 GB',
    });
  });

  test('say that the device is offline when it is', () => {
    const error = new LlamellaError('network', 'fetch failed');
    expect(describeError(error, 'loading', { isOnline: false }).title).toBe('This device is offline.');
    expect(describeError(error, 'loading', { isOnline: true }).title).toBe('The connection failed.');
    const notFetched = new TypeError(
      'Failed to fetch dynamically imported module: https://here.example/a.js',
    );
    expect(describeError(notFetched, 'loading', { isOnline: false }).title).toBe('This device is offline.');
  });

  test.each([true, false])('promise what was downloaded only where it is kept (online: %s)', (isOnline) => {
    const error = new LlamellaError('network', 'fetch failed');
    const adviceWhere = (keepsDownloads: boolean) =>
      describeError(error, 'loading', { isOnline, keepsDownloads }).advice;
    expect(adviceWhere(true)).toContain('goes on where it stopped');
    expect(adviceWhere(false)).not.toMatch(/kept|where it stopped/);
  });

  test('of a wrong file say which files are right', () => {
    const error = new LlamellaError('invalid-argument', 'files: no model among holiday.jpg');
    expect(describeError(error, 'loading').advice).toContain('GGUF');
    expect(describeError(error, 'answering').title).toBe('A setting cannot be used.');
  });

  test('of a model without a chat template say which model to choose', () => {
    expect(describeError(missingTemplate('model.gguf'), 'answering')).toEqual({
      title: 'This model has no chat format, so it cannot hold a conversation.',
      advice: expect.stringContaining('Instruct'),
      code: 'template',
    });
    const other = new LlamellaError('template', 'template: system messages are not supported');
    expect(describeError(other, 'answering')).toMatchObject({ detail: other.message });
  });

  test('of the browser are understood too, and unknown ones are no riddle', () => {
    expect(describeError(new DOMException('x', 'QuotaExceededError'), 'storing').title).toContain('room');
    expect(describeError(new TypeError('x is not a function'), 'answering')).toMatchObject({
      title: 'The answer was interrupted.',
      detail: 'x is not a function',
    });
    expect(describeError('odd', 'loading')).toMatchObject({ detail: 'odd' });
  });
});

describe('a session with models', () => {
  beforeEach(() => {
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 1));
    vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  });
  afterEach(() => vi.unstubAllGlobals());

  function fake(name: string) {
    const disposed = vi.fn(async () => undefined);
    let lose: (error: LlamellaError) => void = () => undefined;
    const lost = new Promise<LlamellaError>((resolve) => (lose = resolve));
    const model = { name, lost, [Symbol.asyncDispose]: disposed } as unknown as BrowserModel;
    return { model, disposed, lose };
  }

  function setUp(loadBrowserModel: LoadBrowserModel, hasStorage = true) {
    const imported = vi.fn(async () => ({ reference: 'kept:a' }));
    const loaded = vi.fn();
    const removed = vi.fn(async () => undefined);
    const store = async () => ({ import: imported as never, remove: removed });
    const llamella = async () => ({ loadBrowserModel, hasStorage: async () => hasStorage });
    const session = createModelSession({ llamella, store }, loaded);
    return { session, imported, removed, loaded };
  }

  test('replaces one model by another and gives the first one back', async () => {
    const models = [fake('one'), fake('two')];
    let next = 0;
    const { session, loaded } = setUp(async () => models[next++]!.model);
    await session.load({ reference: '', label: 'One' }, 'auto');
    expect(session.state.get()).toMatchObject({ kind: 'ready', model: { name: 'one' } });
    await session.load({ reference: 'hf:a/b', label: 'Two' }, 'auto');
    expect(models[0]!.disposed).toHaveBeenCalledOnce();
    expect(loaded).toHaveBeenCalledTimes(2);
    await session.unload();
    expect(models[1]!.disposed).toHaveBeenCalledOnce();
    expect(session.state.get()).toEqual({ kind: 'none' });
  });

  test.each([true, false])('shows progress, and nothing after it was cancelled', async (keepsDownloads) => {
    const { session, loaded } = setUp((_, options) => {
      options?.onProgress?.({ phase: 'download', loaded: 1, total: 2 });
      return new Promise((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
      );
    }, keepsDownloads);
    const loading = session.load({ reference: 'hf:a/b', label: 'A' }, 'auto');
    await vi.waitFor(() =>
      expect(session.state.get()).toMatchObject({
        kind: 'loading',
        progress: [{ phase: 'download', loaded: 1 }],
        keepsDownloads,
      }),
    );
    session.cancel();
    expect(await loading).toBeUndefined();
    expect(session.state.get()).toEqual({ kind: 'none' });
    expect(loaded).not.toHaveBeenCalled();
  });

  test('drops a model that came after another was chosen', async () => {
    const slow = fake('slow');
    const quick = fake('quick');
    let finish: (model: BrowserModel) => void = () => undefined;
    const { session } = setUp((reference) =>
      reference === 'slow' ? new Promise((resolve) => (finish = resolve)) : Promise.resolve(quick.model),
    );
    const first = session.load({ reference: 'slow', label: 'Slow' }, 'auto');
    await vi.waitFor(() => expect(finish).not.toBe(undefined));
    await session.load({ reference: 'quick', label: 'Quick' }, 'auto');
    finish(slow.model);
    expect(await first).toBeUndefined();
    expect(slow.disposed).toHaveBeenCalledOnce();
    expect(session.state.get()).toMatchObject({ kind: 'ready', model: { name: 'quick' } });
  });

  test('keeps files first when asked to, and remembers where', async () => {
    const asked: unknown[] = [];
    const { session, imported, loaded } = setUp(async (reference) => {
      asked.push(reference);
      return fake('a').model;
    });
    const files = [new File(['x'], 'a.gguf')];
    await session.load({ reference: files, label: 'a.gguf', keeps: true }, 'auto');
    await session.load({ reference: files, label: 'a.gguf' }, 'auto');
    expect(imported).toHaveBeenCalledOnce();
    expect(asked).toEqual(['kept:a', files]);
    expect(loaded.mock.calls[0]![0]).toEqual({ reference: 'kept:a', label: 'a.gguf' });
  });

  test('takes back the copy of files that are no model', async () => {
    const error = vi.fn(() => new LlamellaError('invalid-file', 'ends in the middle'));
    const { session, removed } = setUp(() => Promise.reject(error()));
    const choice = { reference: [new File(['x'], 'a.gguf')], label: 'a.gguf', keeps: true };
    await session.load(choice, 'auto');
    expect(removed).toHaveBeenCalledExactlyOnceWith('kept:a');
    expect(session.state.get()).toMatchObject({ kind: 'failed', choice });
    error.mockReturnValueOnce(new LlamellaError('backend', 'out of memory'));
    await session.load(choice, 'auto');
    await session.load({ reference: 'hf:a/b', label: 'a/b' }, 'auto');
    expect(removed).toHaveBeenCalledOnce();
  });

  test('uses files where they are when there is no room to keep them', async () => {
    const asked: unknown[] = [];
    const { session, imported, loaded } = setUp(async (reference) => {
      asked.push(reference);
      return fake('a').model;
    });
    imported.mockRejectedValueOnce(new LlamellaError('no-space', 'needs 4 GB'));
    const files = [new File(['x'], 'a.gguf')];
    await session.load({ reference: files, label: 'a.gguf', keeps: true }, 'auto');
    expect(asked).toEqual([files]);
    expect(session.state.get()).toMatchObject({ kind: 'ready', notKept: { code: 'no-space' } });
    expect(loaded).toHaveBeenCalledOnce();
    imported.mockRejectedValueOnce(new LlamellaError('invalid-file', 'no GGUF'));
    await session.load({ reference: files, label: 'a.gguf', keeps: true }, 'auto');
    expect(session.state.get()).toMatchObject({ kind: 'ready', refused: { detail: 'no GGUF' } });
    await session.unload();
    imported.mockRejectedValueOnce(new LlamellaError('invalid-file', 'no GGUF'));
    await session.load({ reference: files, label: 'a.gguf', keeps: true }, 'auto');
    expect(session.state.get()).toMatchObject({ kind: 'failed', error: { detail: 'no GGUF' } });
  });

  test('keeps the model that is loaded when files are no model, and says why', async () => {
    const models = [fake('one'), fake('two')];
    let next = 0;
    const { session, imported } = setUp(async () => models[next++]!.model);
    await session.load({ reference: '', label: 'One' }, 'auto');
    const choice = { reference: [new File(['x'], 'a.gguf')], label: 'a.gguf', keeps: true };
    imported.mockRejectedValueOnce(new LlamellaError('invalid-file', 'no GGUF'));
    const loading = session.load(choice, 'auto');
    expect(session.state.get()).toMatchObject({
      kind: 'ready',
      model: { name: 'one' },
      incoming: { choice },
    });
    expect(await loading).toBeUndefined();
    expect(session.state.get()).toMatchObject({
      kind: 'ready',
      model: { name: 'one' },
      refused: { detail: 'no GGUF' },
    });
    expect(session.state.get()).not.toHaveProperty('incoming');
    expect(models[0]!.disposed).not.toHaveBeenCalled();
    await session.load(choice, 'auto');
    expect(models[0]!.disposed).toHaveBeenCalledOnce();
    expect(session.state.get()).toMatchObject({ kind: 'ready', model: { name: 'two' } });
    expect(session.state.get()).not.toHaveProperty('refused');
  });

  test('keeps the model that is loaded when keeping files is cancelled', async () => {
    const one = fake('one');
    const { session, imported } = setUp(async () => one.model);
    await session.load({ reference: '', label: 'One' }, 'auto');
    let finish: (kept: { reference: string }) => void = () => undefined;
    imported.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    const loading = session.load(
      { reference: [new File(['x'], 'a.gguf')], label: 'a.gguf', keeps: true },
      'auto',
    );
    session.cancel();
    finish({ reference: 'kept:a' });
    expect(await loading).toBeUndefined();
    expect(one.disposed).not.toHaveBeenCalled();
    expect(session.state.get()).toMatchObject({ kind: 'ready', model: { name: 'one' } });
    expect(session.state.get()).not.toHaveProperty('incoming');
  });

  test('says when the GPU is lost, and when it is back', async () => {
    const { model, lose } = fake('a');
    const { session } = setUp(async () => model);
    await session.load({ reference: '', label: 'A' }, 'auto');
    model.onRecovery?.({ done: false, reason: 'lost' });
    expect(session.state.get()).toMatchObject({ kind: 'ready', recovering: 'lost' });
    model.onRecovery?.({ done: true, reason: 'lost' });
    expect(session.state.get()).not.toHaveProperty('recovering');
    lose(new LlamellaError('backend', 'lost twice'));
    await vi.waitFor(() =>
      expect(session.state.get()).toMatchObject({
        kind: 'failed',
        error: { title: 'The model stopped running.', detail: 'lost twice' },
      }),
    );
  });
});

describe('what is kept', () => {
  const stored = (reference: string, isComplete = true) =>
    ({ reference, name: reference, bytes: 1, packedBytes: 0, lastUsed: 0, isComplete }) as const;
  const models = [
    stored('smollm2'),
    stored('hf:a/b@v1:Q4_K_M'),
    stored('hf:c/d', false),
    stored('https://x.org/a'),
  ];

  test.each([
    ['', 'smollm2'],
    ['hf:a/b', 'hf:a/b@v1:Q4_K_M'],
    ['hf:c/d', 'hf:c/d'],
    ['hf:c/d:Q8_0', undefined],
    ['https://x.org/a', 'https://x.org/a'],
    ['https://x.org/b', undefined],
  ])('of %j is %j', (reference, found) => {
    expect(findKept(models, { reference })?.reference).toBe(found);
  });

  test('goes on with the file that was asked for', () => {
    const asked = { reference: 'hf:c/d:Q8_0', label: 'c/d:Q8_0' };
    const recent = withRecent([asked, { reference: 'hf:a/b', label: 'a/b' }], {
      reference: 'hf:a/b',
      label: 'a/b',
    });
    expect(recent.map(({ reference }) => reference)).toEqual(['hf:a/b', 'hf:c/d:Q8_0']);
    expect(referenceToGoOn(models[2]!, recent)).toEqual(asked);
    expect(referenceToGoOn(models[2]!, [])).toEqual({ reference: 'hf:c/d', label: 'hf:c/d' });
  });
});

test('files are called by what they are', () => {
  const file = (name: string, webkitRelativePath = '') => ({ name, webkitRelativePath });
  expect(labelFiles([file('a.gguf')])).toBe('a.gguf');
  expect(labelFiles([file('config.json', 'Llama/config.json'), file('b', 'Llama/b')])).toBe('Llama');
  expect(labelFiles([file('config.json'), file('model.safetensors')])).toBe('model.safetensors and 1 more');
});

test('numbers are written for people', () => {
  expect([0, 999, 1000, 98_400_000, 999_950_000, 4.2e12].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '98.4 MB',
    '1.0 GB',
    '4.2 TB',
  ]);
  expect([0, 340, 4200, 59_990, 185_000].map(formatDuration)).toEqual([
    '0 ms',
    '340 ms',
    '4.2 s',
    '1 min 0 s',
    '3 min 5 s',
  ]);
  expect([formatRate(10, 1000), formatRate(0, 5), formatRate(5, 0), formatRate(300, 1000)]).toEqual([
    '10.0',
    undefined,
    undefined,
    '300',
  ]);
  expect([1, 0.5, 0.0123, 0.00001].map(formatShare)).toEqual(['100 %', '50.0 %', '1.23 %', '< 0.01 %']);
  expect([' a', 'a\n', '', '\t'].map(visibleToken)).toEqual(['␣a', 'a↵', '∅', '⇥']);
});
