import { describeBackend, keepTop } from '@llamella/conformance';
import {
  buildGraph,
  cpuExactProfile,
  type Profile,
  webgpuExactProfile,
  webgpuHalfProfile,
  webgpuProfile,
} from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

// A software adapter compiles some shaders for half a minute.
vi.setConfig({ testTimeout: 240_000 });

const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

async function prepare(model: TinyModel, profile: Profile, maximumTensorBytes = 2 ** 27) {
  const plan = buildGraph(model.checkpoint, { profile, contextLength: 64, maximumTensorBytes });
  return { plan, weights: await packPlan(plan, model.checkpoint) };
}

describe.skipIf(absence !== undefined)(
  `webgpu${absence === undefined ? '' : ` (skipped: ${absence})`}`,
  () => {
    let opened: BackendPage;
    beforeAll(async () => {
      opened = await openBackendPage(software);
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());

    async function open(model: TinyModel, options: CreateOptions = {}, profile: Profile = webgpuProfile) {
      const { plan, weights } = await prepare(model, profile);
      return opened.create(plan, weights, { device: 'webgpu', ...options });
    }

    const model = createTinyModel({ seed: 5, layerCount: 1 });
    describeBackend(() => open(model, { slots: 2, initialCapacity: 8, captureSteps: true }), {
      tolerance: 1e-4,
    });

    interface Case {
      readonly options: TinyModelOptions;
      readonly profile: Profile;
      readonly maximumTensorBytes?: number;
      readonly create?: CreateOptions;
      readonly notes?: readonly unknown[];
    }
    const cases: [string, Case][] = [
      ['float32 weights', { options: {}, profile: webgpuExactProfile }],
      [
        'Q4_0 weights',
        { options: { type: 'Q4_0' }, profile: webgpuProfile, create: { slots: 2, captureSteps: true } },
      ],
      [
        'Q4_1 weights in parts',
        { options: { type: 'Q4_1' }, profile: webgpuProfile, maximumTensorBytes: 2048 },
      ],
      [
        'a node that runs on the processor, so that nothing is captured',
        {
          options: {
            type: (name) => (name === 'output.weight' ? 'F32' : 'Q4_0'),
            tiedEmbeddings: false,
          },
          profile: { ...webgpuProfile, gemmProducts: false },
          create: { captureSteps: true },
          notes: [expect.stringContaining('Steps are not captured: the graph was refused: ')],
        },
      ],
      [
        'recorded commands that leave out new inputs',
        {
          options: { type: 'Q4_0' },
          profile: webgpuProfile,
          create: { worker: '/stale-worker.js', captureSteps: true },
          notes: ['Steps are not captured on this GPU: they give other results'],
        },
      ],
    ];
    it.each(cases)('has the logits of Node with %s', async (_, { options, profile, notes = [], ...rest }) => {
      const tiny = createTinyModel({ layerCount: 1, ...options });
      const exact = await prepare(tiny, cpuExactProfile);
      await using inNode = await createNodeBackend(exact.plan, exact.weights, { threads: 1 });
      const { maximumTensorBytes, create } = rest;
      const { plan, weights } = await prepare(tiny, profile, maximumTensorBytes);
      await using backend = await opened.create(plan, weights, {
        ...{ device: 'webgpu', initialCapacity: 43, ...create },
      });
      expect(backend.info).toMatchObject({ device: 'webgpu', prefillChunk: 16 });
      const tokens = someTokens(47);
      for (const [start, end, capacity] of [
        [0, 40],
        [40, 42],
        [42, 43],
        [43, 44, 50],
        [44, 45],
      ] as const) {
        if (capacity !== undefined) {
          await backend.storage.grow(capacity, new Array(backend.storage.slots).fill(start));
        }
        const request = { position: start, tokens: tokens.slice(start, end), logits: 'all' } as const;
        const expected = await inNode.forward({ slot: 0, ...request });
        for (let slot = 0; slot < backend.storage.slots; slot++) {
          const error = relativeError(await backend.forward({ slot, ...request }), expected);
          expect(error).toBeLessThan(1e-4);
        }
      }
      expect(await backend.notes()).toEqual(notes);
    });

    it('finds the first of equal logits', async () => {
      const tiny = createTinyModel({ layerCount: 1, tiedEmbeddings: false, vocabularySize: 96 });
      const { plan, weights } = await prepare(tiny, webgpuExactProfile);
      // Each third row of the head is as the one before: logits are equal in pairs.
      const head = plan.initializers.findIndex(({ name }) => name === 'logits.weight');
      const row = plan.initializers[head]!.byteLength / 96;
      const start = plan.offsets[head]!;
      for (let id = 2; id < 96; id += 3) {
        weights.copyWithin(start + id * row, start + (id - 1) * row, start + id * row);
      }
      // The last are all 0.
      weights.fill(0, start + 60 * row, start + 96 * row);
      await using backend = await opened.create(plan, weights, { device: 'webgpu' });
      const request = { slot: 0, position: 0, tokens: someTokens(3) };
      const last = await backend.forward({ ...request, logits: 'last' });
      expect(new Set(last).size).toBeLessThan(45);
      for (let top = 1; top <= 96; top++) {
        expect(await backend.forward({ ...request, logits: { top } })).toEqual(keepTop(last.slice(), top));
      }
    });

    it('describes the GPU before a plan is built', async () => {
      const { name, software, float16, maximumTensorBytes } = await opened.describeGpu();
      expect(name).toContain('swiftshader');
      expect({ software, float16 }).toEqual({ software: true, float16: false });
      expect(maximumTensorBytes).toBeGreaterThanOrEqual(2 ** 27);
    });

    it('refuses a graph in float16 where shaders have none', async () => {
      await expect(open(model, {}, webgpuHalfProfile)).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringMatching(/float16 on this GPU \(.*swiftshader.*webgpuProfile/i),
      });
    });

    it('reports a lost GPU, and goes on with a new backend', async () => {
      const request = { slot: 0, position: 0, tokens: someTokens(4), logits: 'last' } as const;
      const backend = await open(model, { worker: '/losing-worker.js', initialCapacity: 8 });
      const expected = await backend.forward(request);
      let reason = 'none yet';
      const told = backend.lost().then((text) => {
        reason = text;
      });
      const lost = { code: 'backend', message: expect.stringContaining('the GPU device was lost') };
      expect(reason).toBe('none yet');
      await expect(backend.forward(request)).rejects.toMatchObject(lost);
      await told;
      expect(reason).toContain('the GPU device was lost (destroyed');
      await expect(backend.forward(request)).rejects.toMatchObject(lost);
      await expect(backend.storage.grow(60, [0])).rejects.toMatchObject(lost);
      await backend[Symbol.asyncDispose]();
      await using another = await open(model);
      expect(relativeError(await another.forward(request), expected)).toBeLessThan(1e-6);
    });
  },
);
