import { webgpuExactProfile, webgpuHalfProfile, webgpuProfile } from '@llamella/graph';
import { type ForwardRequest, InvalidFileError, LlamellaError, type TensorFidelity } from '@llamella/spec';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { afterFailure, chooseWebDevice, profileFor, TOO_LARGE } from '../../src/browser/choose-device.ts';
import type { DescribedModel } from '../../src/browser/messages.ts';
import { modelOverLink } from '../../src/browser/model-over-link.ts';
import { type LosableBackend, RecoveringBackend } from '../../src/browser/recovering-backend.ts';
import type { WorkerLink } from '../../src/browser/worker-link.ts';

afterEach(() => vi.unstubAllGlobals());

const overflow = () => new LlamellaError('overflow', 'a logit is NaN');

function stubGpu(name: string, features: readonly string[]) {
  const limits = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 27 };
  const adapter = { info: { description: name }, features: new Set(features), limits };
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } });
}

describe('a GPU', () => {
  test.each(['auto', 'webgpu'] as const)('with float16 takes graphs in it: %s', async (asked) => {
    stubGpu('a fast one', ['shader-f16']);
    const choice = await chooseWebDevice(asked);
    expect(choice).toEqual({ device: 'webgpu', maximumTensorBytes: 2 ** 27, float16: true, notes: [] });
    expect(profileFor(choice, false)).toBe(webgpuHalfProfile);
    expect(profileFor(choice, true)).toBe(webgpuExactProfile);
  });

  test.each([
    ['a fast one', []],
    ['SwiftShader', ['shader-f16']],
  ])('%s with %j takes graphs in float32', async (name, features) => {
    stubGpu(name, features);
    expect(profileFor(await chooseWebDevice('webgpu'), false)).toBe(webgpuProfile);
  });
});

describe('after a load that failed', () => {
  const choice = { device: 'webgpu', maximumTensorBytes: 2 ** 27, float16: true, notes: [] } as const;
  const auto = { device: 'auto', exact: false } as const;
  const failed = new LlamellaError('backend', 'no such kernel');

  test('float32 follows float16, and the processor that', () => {
    const first = afterFailure(choice, auto, overflow())!;
    expect(first).toEqual({ ...choice, float16: false, notes: [TOO_LARGE] });
    expect(profileFor(first, false)).toBe(webgpuProfile);
    expect(afterFailure(first, auto, failed)).toMatchObject({ device: 'wasm' });
    const note = expect.stringMatching(/float32: float16 failed \(no such kernel\)/);
    expect(afterFailure(choice, auto, failed)).toEqual({ ...choice, float16: false, notes: [note] });
  });

  test('nothing follows what was asked for, or a file that is damaged', () => {
    const webgpu = { device: 'webgpu', exact: false } as const;
    expect(afterFailure(choice, webgpu, overflow())).toMatchObject({ device: 'webgpu', float16: false });
    expect(afterFailure({ ...choice, float16: false }, webgpu, failed)).toBeUndefined();
    expect(afterFailure(choice, { ...webgpu, exact: true }, failed)).toBeUndefined();
    expect(afterFailure({ device: 'wasm', notes: [] }, auto, failed)).toBeUndefined();
    expect(afterFailure(choice, auto, new InvalidFileError({ file: 'a' }, 'b'))).toBeUndefined();
    expect(afterFailure(choice, auto, new Error('other'))).toBeUndefined();
  });
});

/** Its logit is made of all tokens of the sequence; from `most` tokens on they are too large for it. */
function createBackend(most = Number.POSITIVE_INFINITY, bytesPerToken = 4) {
  const cache: number[][] = [[], []];
  const requests: ForwardRequest[] = [];
  let capacity = 8;
  const state = { disposed: false };
  const backend: LosableBackend = {
    info: { device: 'fake', vocabularySize: 1, contextLength: 64, prefillChunk: 4 },
    storage: {
      slots: 2,
      bytesPerToken,
      get capacity() {
        return capacity;
      },
      async grow(wanted) {
        capacity = wanted;
      },
    },
    lost: new Promise(() => {}),
    async forward(request) {
      const { slot, position, tokens } = request;
      requests.push(request);
      const known = cache[slot]!;
      if (known.length < position) throw new Error(`nothing is known before ${position}`);
      known.splice(position, known.length, ...tokens);
      if (known.length >= most) throw overflow();
      return Float32Array.of(known.reduce((sum, token, at) => sum + token * 3 ** at, 0));
    },
    async [Symbol.asyncDispose]() {
      state.disposed = true;
    },
  };
  return { backend, requests, state };
}

describe('an overflow in a step', () => {
  const step = (position: number, ...tokens: number[]) =>
    ({ slot: 1, position, tokens: Uint32Array.from(tokens), logits: 'last' }) as const;

  function recovering(first: LosableBackend, second: LosableBackend) {
    const created: unknown[] = [];
    const events: unknown[] = [];
    const losses: LlamellaError[] = [];
    const backend = new RecoveringBackend(first, {
      async create(...asked) {
        created.push(asked);
        return second;
      },
      onRecovery: (event) => events.push(event),
      onLost: (error) => losses.push(error),
    });
    return { backend, created, events, losses };
  }

  test('is answered by another backend, which gets the tokens again', async () => {
    const half = createBackend(8, 2);
    const whole = createBackend();
    const expected = createBackend().backend;
    const { backend, created, events, losses } = recovering(half.backend, whole.backend);
    expect(backend.storage.bytesPerToken).toBe(2);
    for (const request of [step(0, 5, 6, 7), step(3, 8, 9), step(5, 1), step(6, 2), step(7, 3), step(8, 4)]) {
      expect(await backend.forward(request)).toEqual(await expected.forward(request));
    }
    expect(created).toEqual([[8, 'overflow']]);
    expect(events).toEqual([false, true].map((done) => ({ done, reason: 'a logit is NaN' })));
    expect(losses).toEqual([]);
    expect(half.state.disposed).toBe(true);
    expect(whole.requests.map(({ position, tokens }) => [position, tokens.length])).toEqual([
      [0, 4],
      [4, 3],
      [7, 1],
      [8, 1],
    ]);
    expect(backend.storage.bytesPerToken).toBe(4);
  });

  test('that comes again is an error', async () => {
    const { backend, created } = recovering(createBackend(2).backend, createBackend(2).backend);
    await backend.forward(step(0, 1));
    await expect(backend.forward(step(1, 1))).rejects.toMatchObject({ code: 'overflow' });
    await expect(backend.forward(step(1, 1))).rejects.toMatchObject({ code: 'overflow' });
    expect(created).toHaveLength(1);
  });

  test('is told in the notes of the model, with what becomes of its weights now', () => {
    const fidelity = (bound: number): TensorFidelity[] => [
      { tensor: 'a', kind: 're-gridded', bound, runsAs: 'b' },
    ];
    const link = {} as WorkerLink;
    const described = { notes: ['one'], fidelity: fidelity(1) } as unknown as DescribedModel;
    const model = modelOverLink(link, described, 1);
    link.onNotice!({ kind: 'float32', note: TOO_LARGE, fidelity: fidelity(0.5) });
    expect(model.notes).toEqual(['one', TOO_LARGE]);
    expect(model.fidelity).toEqual(fidelity(0.5));
    expect(described.notes).toEqual(['one']);
  });
});
