import { buildGraph, cpuExactProfile } from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import { describe, expect, it } from 'vitest';
import { someTokens } from '../../runtime-node/test/open-backend.ts';
import { createTinyModel, packPlan } from '../../runtime-node/test/tiny-model.ts';
import { openWindows } from '../src/weight-windows.ts';
import { readExternalData } from './read-external-data.ts';

describe('windows of weights that are longer than a file may be', async () => {
  const { checkpoint } = createTinyModel({ seed: 5 });
  const plan = buildGraph(checkpoint, { profile: cpuExactProfile });
  const weights = await packPlan(plan, checkpoint);
  const limits = { most: 200_000, step: 100_000 };
  const { model, files } = openWindows(plan.model, plan.externalFile, weights, limits);

  it('give every constant the bytes that it had', () => {
    const constants = readExternalData(model);
    expect(constants.length).toBeGreaterThanOrEqual(plan.initializers.length);
    expect(new Set(constants.map(({ location }) => location)).size).toBeGreaterThan(1);
    for (const { name, location, offset, length } of constants) {
      const index = plan.initializers.findIndex((each) => each.name === name);
      if (index === -1) continue;
      const start = plan.offsets[index]!;
      const file = files.get(location)!;
      expect(offset + length).toBeLessThanOrEqual(file.byteLength);
      expect(file.subarray(offset, offset + length)).toEqual(weights.subarray(start, start + length));
    }
  });

  it('are none for weights that are short enough', () => {
    const whole = openWindows(plan.model, plan.externalFile, weights);
    expect(whole.model).toBe(plan.model);
    expect([...whole.files]).toEqual([[plan.externalFile, weights]]);
  });

  it('leave the rest of the model as it was', async () => {
    const offsets = readExternalData(model).map(({ offset }) => offset);
    expect(Math.max(...offsets)).toBeLessThan(limits.step);
    expect(model.length).toBe(plan.model.length);
    // One window from 0 on, under another name: the model with it has the same logits.
    const one = openWindows(plan.model, plan.externalFile, weights, { most: 1000, step: 2 ** 31 });
    const [externalFile] = [...one.files.keys()];
    await using renamed = await createNodeBackend(
      { ...plan, model: one.model, externalFile: externalFile! },
      weights,
    );
    await using backend = await createNodeBackend(plan, weights);
    const request = { slot: 0, position: 0, tokens: someTokens(8), logits: 'last' } as const;
    expect(await renamed.forward(request)).toEqual(await backend.forward(request));
  });

  it('are at most as many as there are names', () => {
    const step = 1000;
    expect(() => openWindows(plan.model, plan.externalFile, weights, { most: 2000, step })).toThrow(
      'too many',
    );
  });
});
