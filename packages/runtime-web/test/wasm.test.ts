import { describeBackend } from '@llamella/conformance';
import {
  buildGraph,
  cpuBlockSumProfile,
  cpuExactProfile,
  cpuProfile,
  type Profile,
  wasmExactProfile,
  wasmProfile,
  webgpuHalfProfile,
} from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import { LlamellaError } from '@llamella/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../../runtime-node/test/closeness.ts';
import { someTokens } from '../../runtime-node/test/open-backend.ts';
import {
  createTinyModel,
  packPlan,
  type TinyModel,
  type TinyModelOptions,
} from '../../runtime-node/test/tiny-model.ts';
import { absence, type BackendPage, openBackendPage } from './browser-page.ts';
import type { CreateOptions } from './page-program.ts';

describe.skipIf(absence !== undefined)(`wasm${absence === undefined ? '' : ` (skipped: ${absence})`}`, () => {
  let opened: BackendPage;
  beforeAll(async () => {
    opened = await openBackendPage();
  });
  afterAll(() => opened?.[Symbol.asyncDispose]());

  async function prepare(model: TinyModel, profile: Profile) {
    const plan = buildGraph(model.checkpoint, { profile });
    return { plan, weights: await packPlan(plan, model.checkpoint) };
  }

  async function open(model: TinyModel, options: CreateOptions = {}, profile: Profile = cpuExactProfile) {
    const { plan, weights } = await prepare(model, profile);
    return opened.create(plan, weights, options);
  }

  const model = createTinyModel({ seed: 5 });
  describe.each([wasmProfile, wasmExactProfile])('with the profile $name', (profile) => {
    describeBackend(() => open(model, { slots: 3, initialCapacity: 8, threads: 1 }, profile), {
      tolerance: 1e-5,
    });
  });

  const tokens = someTokens(24);
  const models: [string, TinyModelOptions, Profile][] = [
    ['float32 weights', {}, cpuExactProfile],
    ['heads of 64', { headSize: 64, headCount: 3, keyValueHeadCount: 1, layerCount: 1 }, cpuExactProfile],
    ['Q8_0 weights, decoded', { type: 'Q8_0' }, cpuExactProfile],
    ['Q4_0 weights, decoded', { type: 'Q4_0', tiedEmbeddings: false }, cpuExactProfile],
    ['heads of 64, scores given out', { headSize: 64, headCount: 3, keyValueHeadCount: 1 }, wasmExactProfile],
    ['Q4_0 weights in tiles', { type: 'Q4_0' }, wasmProfile],
    ['Q8_0 weights in tiles, a head of its own', { type: 'Q8_0', tiedEmbeddings: false }, wasmProfile],
    ['float32 weights in tiles', { hiddenSize: 192, intermediateSize: 384 }, wasmProfile],
    ['F16 weights in tiles', { type: 'F16' }, wasmProfile],
    ['Q8_0 weights', { type: 'Q8_0' }, cpuProfile],
    ['Q4_0 weights', { type: 'Q4_0' }, cpuProfile],
    ['Q4_1 weights', { type: 'Q4_1' }, cpuProfile],
    ['Q4_1 weights, block sums', { type: 'Q4_1' }, cpuBlockSumProfile],
  ];
  it.each(models)('has the logits of Node with %s', async (_, options, profile) => {
    const tiny = createTinyModel(options);
    const { plan, weights } = await prepare(tiny, profile);
    // The grid of minimums folded into further inputs is a little off; see `PackGrid`.
    const folded = options.type === 'Q4_1' && profile === cpuProfile;
    // Weights are put on a grid of 8 bits, which models this small feel.
    const tolerance = profile === wasmProfile ? 0.05 : folded ? 0.01 : 1e-4;
    // The products with packed weights take activations as they are, which Node does with decoded weights only.
    const exact = await prepare(tiny, cpuExactProfile);
    await using inNode = await createNodeBackend(exact.plan, exact.weights, { threads: 1 });
    await using backend = await opened.create(plan, weights, { initialCapacity: 24 });
    expect(backend.threads).toBeGreaterThan(1);
    for (const [start, end] of [
      [0, 16],
      [16, 23],
      [23, 24],
    ] as const) {
      const request = { slot: 0, position: start, tokens: tokens.slice(start, end), logits: 'all' } as const;
      const expected = await inNode.forward(request);
      const error = relativeError(await backend.forward(request), expected);
      expect(error).toBeLessThan(tolerance);
    }
  });

  it('keeps keys and values in float16 for a graph in float16', async () => {
    const tiny = createTinyModel({ type: 'Q4_1' });
    await using whole = await open(tiny, { initialCapacity: 24 });
    await using half = await open(tiny, { initialCapacity: 16, slots: 2 }, webgpuHalfProfile);
    expect(2 * half.storage.bytesPerToken).toBe(whole.storage.bytesPerToken);
    for (const [start, end] of [
      [0, 16],
      [16, 23],
      [23, 24],
    ] as const) {
      if (start === 16) await half.storage.grow(24, [16, 16]);
      const request = { position: start, tokens: tokens.slice(start, end), logits: 'all' } as const;
      const expected = await whole.forward({ slot: 0, ...request });
      for (const slot of [0, 1]) {
        const error = relativeError(await half.forward({ slot, ...request }), expected);
        expect(error).toBeLessThan(0.02);
      }
    }
  });

  it('refuses a model whose numbers are too large for float16', async () => {
    const { checkpoint, ...rest } = createTinyModel();
    const readTensor = async (name: string) => {
      const bytes = (await checkpoint.readTensor(name)).slice();
      const isLarge = name === 'blk.1.ffn_gate.weight' || name === 'blk.1.ffn_up.weight';
      const values = new Float32Array(bytes.buffer);
      for (const [at, value] of values.entries()) values[at] = isLarge ? 1000 * value : value;
      return bytes;
    };
    const large = { ...rest, checkpoint: { ...checkpoint, readTensor } };
    await expect(open(large, {}, webgpuHalfProfile)).rejects.toMatchObject({
      code: 'overflow',
      message: expect.stringMatching(/a logit is .*too large for float16/),
    });
    await using backend = await open(large);
    const logits = await backend.forward({ slot: 0, position: 0, tokens, logits: 'last' });
    expect(logits.every(Number.isFinite)).toBe(true);
  });

  it('has the logits of Node with weights that lie on the grid of the tiles', async () => {
    const tiny = createTinyModel({ tiedEmbeddings: false, seed: 9 });
    const { checkpoint } = tiny;
    const readTensor = async (name: string) => {
      const bytes = (await checkpoint.readTensor(name)).slice();
      const { shape } = checkpoint.tensors.get(name)!;
      if (shape.length < 2 || name === 'token_embd.weight') return bytes;
      const values = new Float32Array(bytes.buffer);
      for (let start = 0; start < values.length; start += shape[1]!) {
        const row = values.subarray(start, start + shape[1]!);
        const step = Math.max(...row.map(Math.abs)) / 127;
        for (const [at, value] of row.entries()) row[at] = Math.round(value / step) * step;
      }
      return bytes;
    };
    const onGrid = { ...tiny, checkpoint: { ...checkpoint, readTensor } };
    const twoDigits: Profile = {
      ...wasmProfile,
      linearForm(...layer) {
        const form = wasmProfile.linearForm(...layer);
        return form?.kind === 'tiles' ? { ...form, digits: 2 } : form;
      },
    };
    const exact = await prepare(onGrid, cpuExactProfile);
    await using inNode = await createNodeBackend(exact.plan, exact.weights, { threads: 1 });
    for (const [profile, tolerance] of [
      [twoDigits, 3e-4],
      [wasmProfile, 0.02],
    ] as const) {
      await using backend = await open(onGrid, { initialCapacity: 24 }, profile);
      const request = { slot: 0, position: 0, tokens, logits: 'all' } as const;
      const error = relativeError(await backend.forward(request), await inNode.forward(request));
      expect(error).toBeLessThan(tolerance);
    }
  });

  it.each([
    ['pieces', { pieceLength: 1000 }],
    ['a stream', { stream: true }],
  ])('takes weights in %s', async (_, options) => {
    await using whole = await open(model);
    await using backend = await open(model, options);
    const request = { slot: 0, position: 0, tokens, logits: 'last' } as const;
    expect(await backend.forward(request)).toEqual(await whole.forward(request));
  });

  it.each(['free', 'busy'] as const)('reads weights from a file that is %s', async (file) => {
    await using whole = await open(model);
    await using backend = await open(model, { file });
    const request = { slot: 0, position: 0, tokens, logits: 'last' } as const;
    expect(await backend.forward(request)).toEqual(await whole.forward(request));
  });

  it('refuses weights of another length', async () => {
    const { plan, weights } = await prepare(model, cpuExactProfile);
    const longer = { ...plan, externalByteLength: plan.externalByteLength + 1 };
    const shorter = { ...plan, externalByteLength: plan.externalByteLength - 1 };
    for (const options of [{}, { pieceLength: 5000 }, { file: 'free' as const }]) {
      for (const wrong of [longer, shorter]) {
        await expect(opened.create(wrong, weights, options)).rejects.toMatchObject({
          code: 'invalid-argument',
          message: expect.stringContaining(`weights: the plan needs ${wrong.externalByteLength} bytes, `),
        });
      }
    }
  });

  it.each([
    [{ threads: 0 }, 'threads'],
    [{ threads: 65 }, 'threads'],
    [{ slots: 1.5 }, 'slots'],
    [{ initialCapacity: -1 }, 'initialCapacity'],
    [{ device: 'toString' as 'wasm' }, 'device'],
  ])('refuses %j', async (options, argument) => {
    await expect(open(model, options)).rejects.toMatchObject({ code: 'invalid-argument', argument });
  });

  it('says why it cannot start', async () => {
    await expect(open(model, { wasmPaths: '/nowhere' })).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringMatching(/ort-wasm-simd-threaded\.mjs .* at http:.*\/nowhere\/.*wasmPaths/),
    });
    await expect(open(model, { worker: '/nothing.js' })).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('the worker failed'),
    });
    const { plan, weights } = await prepare(model, cpuExactProfile);
    await expect(opened.create({ ...plan, model: plan.model.slice(0, 100) }, weights)).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringMatching(/the graph was refused: .*protobuf/),
    });
  });

  it('says that there is no memory, and goes on with what it has', async () => {
    const large = createTinyModel({ contextLength: 4096 });
    await using backend = await open(large, { threads: 1, slots: 2048, initialCapacity: 32 });
    const request = { slot: 0, position: 0, tokens, logits: 'last' } as const;
    const expected = await backend.forward(request);
    await expect(backend.storage.grow(4096, new Array(2048).fill(24))).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('no memory for a KV cache of 2048 x 4096 tokens (4294967296 bytes)'),
    });
    expect(backend.storage.capacity).toBe(32);
    expect(await backend.forward(request)).toEqual(expected);
  });

  it('ends a call at once when it is aborted, and the next one waits for the step', {
    retry: 3,
  }, async () => {
    const slow = createTinyModel({
      contextLength: 512,
      hiddenSize: 256,
      intermediateSize: 1024,
      layerCount: 4,
    });
    await using backend = await open(slow, { initialCapacity: 512, threads: 1 });
    const request = { slot: 0, position: 0, tokens: someTokens(200), logits: 'last' } as const;
    const started = performance.now();
    const expected = await backend.forward(request);
    const whole = performance.now() - started;
    const controller = new AbortController();
    const step = backend.forward(request, controller.signal).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, whole / 10));
    const aborted = performance.now();
    controller.abort();
    expect(LlamellaError.isInstance(await step)).toBe(false);
    expect(performance.now() - aborted).toBeLessThan(Math.min(300, whole / 2));
    expect(await backend.forward(request)).toEqual(expected);
  });
});
