/**
 * Measures the ways to multiply Q4_1 weights on the CPU: how far each is from the file's own weights, how far 8-bit
 * activations move it, and what a decode step costs. Prints the table of docs/decisions/0003-q4-1-on-cpu.md.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  buildGraph,
  cpuBlockSumProfile,
  cpuExactProfile,
  cpuFineGridProfile,
  cpuProfile,
  type Profile,
} from '@llamella/graph';
import { weightsFiles } from '@llamella/model-smollm2-135m-instruct';
import { readTeacherForced } from '@llamella/reference/read-golden';
import { createNodeBackend } from '@llamella/runtime-node';
import type { Backend, Checkpoint } from '@llamella/spec';
import { bytesFromMemory, openGguf } from '@llamella/weights';
import { packWeights } from '../../packages/llamella/src/pack-weights.ts';

const POSITIONS = 512;
const CHUNK = 64;
const ROUNDS = 12;
const STEPS = 16;
const CACHED = 100;

const goldenUrl = new URL('../reference/golden/smollm2-teacher-forced.bin', import.meta.url);
const golden = readTeacherForced(await readFile(goldenUrl));
const tokens = Uint32Array.from(golden.tokens.subarray(0, POSITIONS));
const sources = await Promise.all(
  weightsFiles.map(async (url) => bytesFromMemory(await readFile(url), fileURLToPath(url))),
);
const checkpoint = await openGguf(sources);

interface Loaded {
  readonly backend: Backend;
  readonly bytes: number;
}

async function load(profile: Profile, model: Checkpoint): Promise<Loaded> {
  const plan = buildGraph(model, { profile, contextLength: 2048 });
  const weights = await packWeights(plan, model);
  const backend = await createNodeBackend(plan, weights, { initialCapacity: 1024 });
  return { backend, bytes: plan.externalByteLength };
}

/** The profile with float32 activations, so that only the weights differ from the exact one. */
function withFloatActivations(profile: Profile): Profile {
  return {
    ...profile,
    linearForm(type, role, layout) {
      const form = profile.linearForm(type, role, layout);
      return form?.kind === 'blocks' ? { ...form, accuracyLevel: 1 } : form;
    },
  };
}

async function compare(reference: Backend, other: Backend) {
  const size = golden.vocabularySize;
  let divergence = 0;
  let agreement = 0;
  for (let position = 0; position < POSITIONS; position += CHUNK) {
    const request = {
      slot: 0,
      position,
      tokens: tokens.subarray(position, position + CHUNK),
      logits: 'all',
    } as const;
    const expected = await reference.forward(request);
    const actual = await other.forward(request);
    for (let row = 0; row < CHUNK; row++) {
      const range = [row * size, (row + 1) * size] as const;
      const result = kullbackLeibler(expected.subarray(...range), actual.subarray(...range));
      divergence += result.divergence;
      agreement += result.agrees ? 1 : 0;
    }
  }
  return { divergence: divergence / POSITIONS, agreement: agreement / POSITIONS };
}

/** KL(expected || actual) in nats, in float64, and whether both find the same token most likely. */
function kullbackLeibler(expected: Float32Array, actual: Float32Array) {
  const describe = (logits: Float32Array) => {
    const best = logits.reduce((top, value, index) => (value > logits[top]! ? index : top), 0);
    const largest = logits[best]!;
    return {
      best,
      logSum: largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0)),
    };
  };
  const p = describe(expected);
  const q = describe(actual);
  let divergence = 0;
  for (let index = 0; index < expected.length; index++) {
    const logP = expected[index]! - p.logSum;
    divergence += Math.exp(logP) * (logP - (actual[index]! - q.logSum));
  }
  return { divergence, agrees: p.best === q.best };
}

const forms = [
  { name: 'folded into further inputs', profile: cpuProfile },
  { name: 'block sums', profile: cpuBlockSumProfile },
  { name: '8-bit grid', profile: cpuFineGridProfile },
];

const exact = await load(cpuExactProfile, checkpoint);
const loaded: Loaded[] = [];
const fidelity: { weights: number; divergence: number; agreement: number }[] = [];
for (const { profile } of forms) {
  const floats = await load(withFloatActivations(profile), checkpoint);
  const { divergence } = await compare(exact.backend, floats.backend);
  await floats.backend[Symbol.asyncDispose]();
  const fast = await load(profile, checkpoint);
  fidelity.push({ weights: divergence, ...(await compare(exact.backend, fast.backend)) });
  loaded.push(fast);
}

const times = forms.map((): number[] => []);
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, { backend }] of loaded.entries()) {
    for (let step = 0; step < STEPS; step++) {
      const started = performance.now();
      const position = CACHED + round * STEPS + step;
      await backend.forward({ slot: 0, position, tokens: tokens.subarray(step, step + 1), logits: 'last' });
      times[index]!.push(performance.now() - started);
    }
  }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
const medians = times.map(median);
console.log(
  `| form | bytes | KL of the weights alone | KL with 8-bit activations | top-1 | step, ratio to the first |`,
);
console.log('|---|---:|---:|---:|---:|---:|');
for (const [index, { name }] of forms.entries()) {
  const { weights, divergence, agreement } = fidelity[index]!;
  const ratio = (medians[index]! / medians[0]!).toFixed(2);
  const bytes = `${(loaded[index]!.bytes / 1e6).toFixed(0)} MB`;
  const percent = `${(100 * agreement).toFixed(1)} %`;
  console.log(
    `| ${name} | ${bytes} | ${weights.toExponential(1)} | ${divergence.toExponential(1)} | ${percent} | ${ratio} |`,
  );
}
process.exit(0);
