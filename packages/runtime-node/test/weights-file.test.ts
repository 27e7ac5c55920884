import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraph, cpuExactProfile, cpuProfile } from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { someTokens } from './open-backend.ts';
import { createTinyModel, packPlan } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'llamella-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'weights.bin');
const isLinux = process.platform === 'linux';
const isMapped = () => isLinux && readFileSync('/proc/self/maps', 'utf8').includes(path);
const request = { slot: 0, position: 0, tokens: someTokens(12), logits: 'all' } as const;

describe('weights in a file', () => {
  it.each(['F32', 'Q4_1', 'Q8_0'] as const)(
    'give the logits of %s that the same bytes give',
    async (type) => {
      const model = createTinyModel({ type });
      const plan = buildGraph(model.checkpoint, { profile: type === 'F32' ? cpuExactProfile : cpuProfile });
      const weights = await packPlan(plan, model.checkpoint);
      writeFileSync(path, weights);
      await using inMemory = await createNodeBackend(plan, weights, { threads: 1 });
      {
        await using mapped = await createNodeBackend(plan, { path }, { threads: 1 });
        expect(isMapped()).toBe(isLinux);
        if (process.platform !== 'win32') rmSync(path);
        expect(await mapped.forward(request)).toEqual(await inMemory.forward(request));
      }
      expect(isMapped()).toBe(false);
      expect(existsSync(path)).toBe(process.platform === 'win32');
    },
  );

  it('are refused when they cannot be those of the plan', async () => {
    const model = createTinyModel();
    const plan = buildGraph(model.checkpoint, { profile: cpuExactProfile });
    writeFileSync(path, new Uint8Array(plan.externalByteLength - 1));
    await expect(createNodeBackend(plan, { path })).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining(
        `${plan.externalByteLength - 1} bytes of weights, the plan needs ${plan.externalByteLength}`,
      ),
    });
    await expect(createNodeBackend(plan, { path: join(folder, 'other.bin') })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    rmSync(path);
    await expect(createNodeBackend(plan, { path })).rejects.toMatchObject({ code: 'invalid-file' });
  });

  it('are let go when the graph is refused', async () => {
    const model = createTinyModel();
    const plan = buildGraph(model.checkpoint, { profile: cpuExactProfile });
    writeFileSync(path, await packPlan(plan, model.checkpoint));
    const broken = { ...plan, model: plan.model.subarray(0, plan.model.length >> 1) };
    await expect(createNodeBackend(broken, { path })).rejects.toMatchObject({ code: 'backend' });
    expect(isMapped()).toBe(false);
  });
});
