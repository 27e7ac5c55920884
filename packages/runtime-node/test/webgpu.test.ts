import { describeBackend } from '@llamella/conformance';
import { type Profile, webgpuExactProfile, webgpuProfile } from '@llamella/graph';
import { listDevices } from '@llamella/runtime-node';
import { LlamellaError } from '@llamella/spec';
import { openGguf } from '@llamella/weights';
import { describe, expect, it, vi } from 'vitest';
import { relativeError } from './closeness.ts';
import { goldenSource, readGolden } from './golden-logits.ts';
import { type OpenOptions, openBackend, someTokens } from './open-backend.ts';
import { referenceLogits } from './reference-llama.ts';
import { runChild } from './run-child.ts';
import { createTinyModel, type TinyModel, type TinyModelOptions } from './tiny-model.ts';

// A software adapter compiles some shaders for half a minute.
vi.setConfig({ testTimeout: 240_000 });

const onWebGpu = (model: TinyModel, options: OpenOptions = {}) =>
  openBackend(model, { device: 'webgpu', profile: webgpuProfile, ...options });

/** Why WebGPU cannot be tested here, or `undefined`. */
async function absence(): Promise<string | undefined> {
  if (!listDevices().includes('webgpu')) return 'the library has no WebGPU provider';
  try {
    const backend = await onWebGpu(createTinyModel({ layerCount: 1 }));
    await backend[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    if (LlamellaError.isInstance(error) && error.code === 'unsupported') return error.message;
    throw error;
  }
}

const reason = await absence();

/** SwiftShader computes a first chunk of 32 tokens or more wrongly; nothing here runs more than 20 at once. */
describe.skipIf(reason !== undefined)(`webgpu${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const shapes: [string, TinyModelOptions, Profile][] = [
    ['float32 weights', {}, webgpuProfile],
    ['heads of 8, halves as pairs', { headSize: 8, headCount: 8, ropeInterleaved: false }, webgpuProfile],
    ['heads of 64', { headSize: 64, headCount: 3, keyValueHeadCount: 1, layerCount: 1 }, webgpuProfile],
    ['Q8_0 weights', { type: 'Q8_0', layerCount: 1 }, webgpuProfile],
    ['Q4_0 weights', { type: 'Q4_0', tiedEmbeddings: false }, webgpuProfile],
    ['Q4_1 weights', { type: 'Q4_1', layerCount: 1 }, webgpuProfile],
    [
      'weights of 4 bits with zero points',
      { type: 'U4', layout: () => ({ scaleBlock: [1, 32], zeroPoints: true }), layerCount: 1 },
      webgpuProfile,
    ],
    ['Q4_1 weights, decoded', { type: 'Q4_1', layerCount: 1 }, webgpuExactProfile],
  ];
  it.each(shapes)('matches the reference with %s', async (_, options, profile) => {
    const model = createTinyModel(options);
    const tokens = someTokens(40);
    const reference = referenceLogits(model, tokens);
    // With accuracy level 4 a provider may put activations on an 8-bit grid; SwiftShader does not.
    const tolerance = options.type === undefined || profile === webgpuExactProfile ? 1e-4 : 0.15;
    await using backend = await onWebGpu(model, { profile, slots: 2 });
    expect(backend.info.device).toBe('webgpu');
    expect(backend.storage.capacity).toBe(model.config.contextLength);
    const expectRow = (logits: Float32Array, position: number) =>
      expect(relativeError(logits, reference[position]!)).toBeLessThan(tolerance);
    const run = (start: number, end: number, slot = 0) =>
      backend.forward({ slot, position: start, tokens: tokens.slice(start, end), logits: 'last' });
    const all = await backend.forward({ slot: 0, position: 0, tokens: tokens.slice(0, 16), logits: 'all' });
    for (let row = 0; row < 16; row++) expectRow(all.subarray(row * 96, (row + 1) * 96), row);
    expectRow(await run(0, 16, 1), 15);
    expectRow(await run(16, 32), 31);
    for (let position = 32; position < 40; position++) expectRow(await run(position, position + 1), position);
    expectRow(await run(20, 21), 20);
    expectRow(await run(16, 17, 1), 16);
  });

  // Windows, norms of heads, GELU and two tables of frequencies; a part of each head rotated.
  it.each(['gemma3', 'phi3-longrope'])('has the logits of transformers for %s', async (name) => {
    const { tokens, logits } = readGolden(`architectures/${name}`);
    await using checkpoint = await openGguf(goldenSource(`architectures/${name}/model.gguf`));
    await using backend = await openBackend(
      { checkpoint },
      { device: 'webgpu', profile: webgpuExactProfile },
    );
    const width = checkpoint.config.vocabularySize;
    for (const [start, end] of [
      [0, 16],
      [16, 17],
    ] as const) {
      const request = { slot: 0, position: start, tokens: tokens.slice(start, end), logits: 'all' } as const;
      const expected = logits.subarray(start * width, end * width);
      expect(relativeError(await backend.forward(request), expected)).toBeLessThan(1e-4);
    }
  });

  it('is interrupted by an abort, and goes on', async () => {
    const model = createTinyModel();
    const tokens = someTokens(16);
    const request = { slot: 0, position: 0, tokens, logits: 'last' } as const;
    await using backend = await onWebGpu(model);
    await backend.forward(request);
    const controller = new AbortController();
    const steps = Promise.allSettled([
      backend.forward(request, controller.signal),
      backend.forward(request, controller.signal),
    ]);
    setImmediate(() => controller.abort());
    expect((await steps).at(-1)).toMatchObject({ status: 'rejected' });
    expect(
      relativeError(await backend.forward(request), referenceLogits(model, tokens).at(-1)!),
    ).toBeLessThan(1e-4);
  });

  const model = createTinyModel({ seed: 5 });
  describeBackend(() => onWebGpu(model, { slots: 2 }), { tolerance: 1e-4 });
});

const hasProvider = listDevices().includes('webgpu') && process.platform === 'linux';

it.skipIf(!hasProvider)('says what is missing on a machine without a driver', async () => {
  const program = `
import { webgpuProfile } from '@llamella/graph';
import { openBackend } from '../test/open-backend.ts';
import { createTinyModel } from '../test/tiny-model.ts';
try {
  await openBackend(createTinyModel(), { device: 'webgpu', profile: webgpuProfile });
} catch (error) {
  console.log((error as { code: string }).code, (error as Error).message);
}
await using backend = await openBackend(createTinyModel());
console.log(backend.info.device);`;
  const { code, signal, stdout } = await runChild('no-driver', program, {
    env: { VK_DRIVER_FILES: '/nowhere/driver.json' },
  });
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(stdout).toMatch(/^unsupported device webgpu is not supported: it needs a GPU .*\ncpu\n$/);
});
