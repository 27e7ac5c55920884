import { createRandom } from '@llamella/conformance';
import { cpuExactProfile, cpuProfile, type Profile, webgpuProfile } from '@llamella/graph';
import { describe, expect, it } from 'vitest';
import { canStack } from '../src/blocks/linear.ts';
import { contextOf, product, relativeError, runLayer } from './run-layer.ts';
import { type StoredTensor, store } from './stored-tensor.ts';

const random = createRandom(7);
const some = (length: number) => Float32Array.from({ length }, () => 2 * random.next() - 1);

const inputs = 96;
const input = some(3 * inputs);
const layer = {
  tensors: [
    { name: 'q.weight', outputs: 40 },
    { name: 'k.weight', outputs: 24 },
  ],
  inputs,
  role: 'gate-up',
} as const;
const single = { ...layer, tensors: [layer.tensors[0]] };

function matrices(type: 'F32' | 'Q4_0' | 'Q8_0' | 'Q4_1'): StoredTensor[] {
  return layer.tensors.map(({ name, outputs }) =>
    store(name, type, [outputs, inputs], some(outputs * inputs)),
  );
}

/** Weights as packed, activations in float32. */
function withFloatActivations(profile: Profile): Profile {
  return {
    ...profile,
    linearForm(tensor, role) {
      const form = profile.linearForm(tensor, role);
      return form?.kind === 'blocks' ? { ...form, accuracyLevel: 1 } : form;
    },
  };
}

const biases = [store('q.bias', 'F32', [40], some(40)), store('k.bias', 'F16', [24], some(24))];
const profiles = [cpuProfile, cpuExactProfile, webgpuProfile].map(withFloatActivations);

describe.each(['F32', 'Q4_0', 'Q8_0', 'Q4_1'] as const)('a layer in %s', (type) => {
  const weights = matrices(type);
  const all = Float32Array.from(weights.flatMap(({ values }) => [...values]));
  const plain = product(input, all, inputs);
  const tolerance = type === 'Q4_1' ? 1e-3 : 1e-6;

  it.each(profiles.map((profile) => [profile.name, profile] as const))(
    'adds biases, on %s',
    async (_, profile) => {
      const shift = [...biases[0]!.values, ...biases[1]!.values];
      const expected = plain.map((value, at) => value + shift[at % 64]!);
      const run = await runLayer([...weights, ...biases], layer, input, profile);
      expect(relativeError(run.output, expected)).toBeLessThan(tolerance);
      expect([...run.used].sort()).toEqual(['k.bias', 'k.weight', 'q.bias', 'q.weight']);
      expect(run.fidelity.map(({ tensor }) => tensor).sort()).toEqual([...run.used].sort());
    },
  );

  it.each(profiles.map((profile) => [profile.name, profile] as const))(
    'multiplies its input with pre_quant_scale, on %s',
    async (_, profile) => {
      const scale = store('q.pre_quant_scale', 'F32', [inputs], some(inputs));
      const scaled = input.map((value, at) => value * scale.values[at % inputs]!);
      const run = await runLayer([...weights, scale], single, input, profile);
      expect(relativeError(run.output, product(scaled, weights[0]!.values, inputs))).toBeLessThan(tolerance);
      expect([...run.used].sort()).toEqual(['q.pre_quant_scale', 'q.weight']);
    },
  );
});

describe('a layer on the fast profile', () => {
  it.each(['Q4_0', 'Q8_0', 'Q4_1'] as const)(
    'adds biases to products with 8-bit activations, %s',
    async (type) => {
      const [weights] = matrices(type);
      const expected = product(input, weights!.values, inputs).map(
        (value, at) => value + biases[0]!.values[at % 40]!,
      );
      const run = await runLayer([weights!, biases[0]!], single, input, cpuProfile);
      expect(relativeError(run.output, expected)).toBeLessThan(0.02);
    },
  );

  it.each([
    ['repeats an input', inputs, () => 0],
    ['leaves inputs out', inputs - 1, (at: number) => at],
    ['names no input', inputs, (at: number) => at + 1],
  ] as const)('refuses an order that %s', async (_, length, place) => {
    const [weights] = matrices('Q8_0');
    const inputOrder = Uint32Array.from({ length }, (_, at) => place(at));
    const ordered = { ...weights!, info: { ...weights!.info, inputOrder } };
    await expect(runLayer([ordered], single, input, cpuProfile)).rejects.toThrow(
      'tensor q.weight gives no order of all of its 96 inputs',
    );
  });
});

describe('layers', () => {
  const [query, key] = matrices('Q8_0') as [StoredTensor, StoredTensor];
  const order = (shift: number) => Uint32Array.from({ length: inputs }, (_, at) => (at + shift) % inputs);
  const ordered = ({ info, ...rest }: StoredTensor, shift: number) => ({
    ...rest,
    info: { ...info, inputOrder: order(shift) },
  });
  const scale = store('k.pre_quant_scale', 'F32', [inputs], some(inputs));
  const cases: readonly [string, readonly StoredTensor[], boolean][] = [
    ['are stacked', [query, key], true],
    ['are stacked with a bias each', [query, key, ...biases], true],
    ['are stacked in one order', [ordered(query, 3), ordered(key, 3)], true],
    ['are not stacked where one has no bias', [query, key, biases[1]!], false],
    ['are not stacked where the types differ', [query, matrices('Q4_0')[1]!], false],
    ['are not stacked in two orders', [ordered(query, 3), ordered(key, 4)], false],
    ['are not stacked where one has an order', [query, ordered(key, 4)], false],
    ['are not stacked where one scales its input', [query, key, scale], false],
  ];
  it.each(cases)('%s', async (_, stored, expected) => {
    expect(canStack(contextOf(stored, cpuProfile), layer)).toBe(expected);
    if (!expected)
      await expect(runLayer(stored, layer, input, cpuProfile)).rejects.toThrow('cannot be stacked');
  });
});
