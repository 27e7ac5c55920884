import { describeBackend } from '@llamella/conformance';
import {
  buildGraph,
  cpuExactProfile,
  type Profile,
  webgpuExactProfile,
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

async function prepare(model: TinyModel, profile: Profile) {
  const plan = buildGraph(model.checkpoint, { profile });
  return { plan, weights: await packPlan(plan, model.checkpoint) };
}

/** SwiftShader computes a first chunk of 32 tokens or more wrongly; nothing here runs more than 20 at once. */
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
    describeBackend(() => open(model, { slots: 2, initialCapacity: 8 }), { tolerance: 1e-4 });

    const models: [string, TinyModelOptions, Profile][] = [
      ['float32 weights', { layerCount: 1 }, webgpuExactProfile],
      ['Q4_0 weights', { type: 'Q4_0', layerCount: 1 }, webgpuProfile],
    ];
    it.each(models)('has the logits of Node with %s', async (_, options, profile) => {
      const tiny = createTinyModel(options);
      const exact = await prepare(tiny, cpuExactProfile);
      await using inNode = await createNodeBackend(exact.plan, exact.weights, { threads: 1 });
      await using backend = await open(tiny, {}, profile);
      expect(backend.info.device).toBe('webgpu');
      const tokens = someTokens(19);
      for (const [start, end] of [
        [0, 16],
        [16, 18],
        [18, 19],
      ] as const) {
        const request = {
          slot: 0,
          position: start,
          tokens: tokens.slice(start, end),
          logits: 'all',
        } as const;
        const expected = await inNode.forward(request);
        expect(relativeError(await backend.forward(request), expected)).toBeLessThan(1e-4);
      }
    });

    it('reports a lost GPU, and goes on with a new backend', { timeout: 40_000 }, async () => {
      const request = { slot: 0, position: 0, tokens: someTokens(4), logits: 'last' } as const;
      const backend = await open(model, { worker: '/losing-worker.js', initialCapacity: 8 });
      const expected = await backend.forward(request);
      const lost = { code: 'backend', message: expect.stringContaining('the GPU device was lost') };
      await expect(backend.forward(request)).rejects.toMatchObject(lost);
      await expect(backend.forward(request)).rejects.toMatchObject(lost);
      await expect(backend.storage.grow(100, [0])).rejects.toMatchObject(lost);
      await backend[Symbol.asyncDispose]();
      await using another = await open(model);
      expect(relativeError(await another.forward(request), expected)).toBeLessThan(1e-6);
    });
  },
);
