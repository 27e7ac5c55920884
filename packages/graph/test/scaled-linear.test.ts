import { createRandom } from '@llamella/conformance';
import {
  cpuBlockSumProfile,
  cpuExactProfile,
  cpuProfile,
  type Profile,
  webgpuProfile,
} from '@llamella/graph';
import type { TensorLayout } from '@llamella/weights';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { embedding } from '../src/blocks/embedding.ts';
import type { LinearLayer } from '../src/blocks/linear.ts';
import { scaledForm } from '../src/profiles/scaled-form.ts';
import { contextOf, product, relativeError, runGraph, runLayer } from './run-layer.ts';
import { store } from './stored-tensor.ts';

const random = createRandom(29);
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const some = (length: number) => Float32Array.from({ length }, normal);

const types = ['F8_E4M3', 'F8_E5M2', 'F4_E2M1', 'U4', 'U8'] as const;
/** Relative error of products of normally distributed weights and float32 activations. */
const errors = { F8_E4M3: 5e-3, F8_E5M2: 5e-3, F4_E2M1: 2e-6, U4: 2e-6, U8: 2e-6 };
const inputs = 192;
const input = some(3 * inputs);

/** Blocks that 192 inputs are cut into on the CPU, in the role `head`; `undefined` where they are decoded. */
const layouts: readonly [string, TensorLayout, number | undefined][] = [
  ['no scales', {}, 64],
  ['a scale for the tensor', { scaleBlock: [40, inputs] }, 64],
  ['a scale per output', { scaleBlock: [1, inputs] }, 64],
  ['groups of 16', { scaleBlock: [1, 16] }, 16],
  ['groups of 96', { scaleBlock: [1, 96] }, 32],
  ['groups of 128, the last cut short', { scaleBlock: [1, 128] }, 64],
  ['squares of 128', { scaleBlock: [128, 128] }, 64],
  ['groups of 24', { scaleBlock: [1, 24] }, undefined],
];

/** Weights as packed, activations in float32. */
function withFloatActivations(profile: Profile): Profile {
  return {
    ...profile,
    linearForm(...parameters) {
      const form = profile.linearForm(...parameters);
      return form?.kind === 'blocks' ? { ...form, accuracyLevel: 1 } : form;
    },
  };
}

describe.each(types)('a layer of %s', (type) => {
  const layer: LinearLayer = { tensors: [{ name: 'w.weight', outputs: 40 }], inputs, role: 'head' };
  const integers = type.startsWith('F8');

  describe.each(layouts)('with %s', (_, layout, block) => {
    const choices = type.startsWith('U') && layout.scaleBlock !== undefined ? [false, true] : [false];
    it.each(choices)('is multiplied as it is stored, zero points: %s', async (zeroPoints) => {
      const described = zeroPoints ? { ...layout, zeroPoints } : layout;
      const weights = store('w.weight', type, [40, inputs], some(40 * inputs), described);
      const expected = product(input, weights.values, inputs);
      const run = (profile: Profile) => runLayer([weights], layer, input, profile);
      const exact = await run(cpuExactProfile);
      expect(relativeError(exact.output, expected)).toBeLessThan(1e-6);
      expect(exact.fidelity).toEqual([
        { tensor: 'w.weight', kind: 'decoded', bound: 0, runsAs: 'MatMul float32' },
      ]);
      const packed = await run(withFloatActivations(cpuProfile));
      expect(relativeError(packed.output, expected)).toBeLessThan(block === undefined ? 1e-6 : errors[type]);
      expect(relativeError((await run(withFloatActivations(webgpuProfile))).output, expected)).toBeLessThan(
        errors[type],
      );
      const [entry] = packed.fidelity;
      if (block === undefined) expect(entry!.kind).toBe('decoded');
      else {
        const bits = type === 'U4' ? 4 : 8;
        const size = integers ? Math.min(block, 32) : block;
        const points = zeroPoints ? ' + zero points' : '';
        expect(entry!.runsAs).toBe(`MatMulNBits ${bits}-bit, block ${size}${points}`);
        expect(entry!.kind).toBe(integers ? 're-gridded' : 'exact');
        expect(packed.measured > 0).toBe(integers);
        expect(packed.measured).toBeLessThanOrEqual(entry!.bound);
      }
      const fast = await run(cpuProfile);
      expect(relativeError(fast.output, expected)).toBeLessThan(0.015);
    });
  });

  it('has biases, scales of its input, and another order of columns', async () => {
    const inputOrder = Uint32Array.from({ length: inputs }, (_, at) => (at * 65 + 11) % inputs);
    const layout = { scaleBlock: [1, 64], inputOrder } as const;
    const stored = [
      store('w.weight', type, [40, inputs], some(40 * inputs), layout),
      store('w.bias', 'F32', [40], some(40)),
      store('w.pre_quant_scale', 'F32', [inputs], some(inputs)),
    ];
    const [weights, bias, scale] = stored.map(({ values }) => values) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const scaled = input.map((value, at) => value * scale[at % inputs]!);
    const expected = product(scaled, weights, inputs).map((value, at) => value + bias[at % 40]!);
    for (const profile of [cpuExactProfile, cpuProfile, cpuBlockSumProfile]) {
      const run = await runLayer(stored, layer, input, withFloatActivations(profile));
      expect(relativeError(run.output, expected), profile.name).toBeLessThan(errors[type]);
      expect(run.used.size).toBe(3);
    }
  });

  it('is stacked on others of its kind', async () => {
    const names = ['q.weight', 'k.weight'];
    const stored = names.map((name, at) => {
      const outputs = 24 - 8 * at;
      return store(name, type, [outputs, inputs], some(outputs * inputs), { scaleBlock: [outputs, inputs] });
    });
    const stacked: LinearLayer = {
      tensors: stored.map(({ info }) => ({ name: info.name, outputs: info.shape[0]! })),
      inputs,
      role: 'attention-input',
    };
    const all = Float32Array.from(stored.flatMap(({ values }) => [...values]));
    const run = await runLayer(stored, stacked, input, withFloatActivations(cpuProfile));
    expect(relativeError(run.output, product(input, all, inputs))).toBeLessThan(errors[type]);
    expect(run.fidelity[0]!.runsAs).toContain(integers ? 'block 16' : 'block 32');
  });

  it.each(layouts)('is looked up with %s', async (_, layout, block) => {
    const ids = [5, 0, 9, 5];
    for (const zeroPoints of type.startsWith('U') && layout.scaleBlock !== undefined
      ? [false, true]
      : [false]) {
      const described = zeroPoints ? { ...layout, zeroPoints } : layout;
      const table = store('token_embd.weight', type, [10, inputs], some(10 * inputs), described);
      for (const profile of [cpuProfile, cpuExactProfile]) {
        const context = contextOf([table], profile);
        Object.assign(context.config, { vocabularySize: 10, hiddenSize: inputs });
        context.writer.input('input_ids', 'int64', [1, 'tokens']);
        context.writer.output('output', 'float32', [1, 'tokens', inputs]);
        embedding(context, 'token_embd.weight', 'output');
        const feeds = {
          input_ids: new Tensor('int64', BigInt64Array.from(ids.map(BigInt)), [1, ids.length]),
        };
        const { output } = await runGraph(context, [table], feeds, 'cpu');
        const expected = Float64Array.from(
          ids.flatMap((id) => [...table.values.subarray(id * inputs, (id + 1) * inputs)]),
        );
        expect(relativeError(output, expected)).toBeLessThan(profile === cpuProfile ? errors[type] : 1e-12);
        const packed = profile === cpuProfile && block !== undefined;
        expect(context.fidelity[0]!.kind).toBe(!packed ? 'decoded' : integers ? 're-gridded' : 'exact');
      }
    }
  });

  it('is decoded where its rows cannot be cut', async () => {
    const weights = store('w.weight', type, [40, 40], some(1600), { scaleBlock: [1, 40] });
    const narrow = { ...layer, inputs: 40 };
    const short = input.subarray(0, 120);
    const run = await runLayer([weights], narrow, short, cpuProfile);
    expect(relativeError(run.output, product(short, weights.values, 40))).toBeLessThan(1e-6);
    expect(run.fidelity[0]!.kind).toBe('decoded');
  });
});

describe('the form of weights with scales', () => {
  const shape = [4096, 4096];
  it.each([
    ['head', [1, 128], 128],
    ['head', [1, 4096], 128],
    ['head', [128, 128], 128],
    ['head', [1, 32], 32],
    ['down', [1, 128], 32],
    ['attention-input', [1, 128], 32],
    ['gate-up', [4096, 4096], 128],
  ] as const)('has blocks that fit %s with scales for %j: %i', (role, scaleBlock, blockSize) => {
    expect(cpuProfile.linearForm('U4', role, { shape, scaleBlock })).toMatchObject({ blockSize });
    expect(webgpuProfile.linearForm('U4', role, { shape, scaleBlock })).toMatchObject({ blockSize: 32 });
    const floats = { blockSize: role === 'attention-input' ? 16 : 32, integers: true };
    expect(cpuProfile.linearForm('F8_E4M3', role, { shape, scaleBlock })).toMatchObject(floats);
  });

  it('is float32 for embeddings in another order, and where nothing is known', () => {
    const inputOrder = new Uint32Array(4096);
    expect(cpuProfile.linearForm('U4', 'embedding', { shape, inputOrder })).toEqual({ kind: 'float' });
    expect(cpuProfile.linearForm('U4', 'head', { shape, inputOrder })).toMatchObject({ kind: 'blocks' });
    expect(cpuProfile.linearForm('U4', 'head')).toEqual({ kind: 'float' });
    expect(scaledForm('Q4_0', 'head', { shape }, 32)).toBeUndefined();
  });
});
