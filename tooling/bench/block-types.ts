/**
 * Measures every block type on SmolLM2-135M-Instruct, stored anew in that type: how far the packed weights, and those
 * with 8-bit activations, are from the same weights decoded, and what a decode step costs. Rows of 576 are no multiple
 * of 256: types with such blocks store the down projections, and the others get the type that llama.cpp falls back to.
 *
 * Usage: node --conditions=@llamella/source block-types.ts [TYPE ...]
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildGraph, cpuExactProfile, cpuProfile, type Profile } from '@llamella/graph';
import { weightsFiles } from '@llamella/model-smollm2-135m-instruct';
import { readTeacherForced } from '@llamella/reference/read-golden';
import { createNodeBackend } from '@llamella/runtime-node';
import type { Backend, Checkpoint, TensorInfo, TensorType } from '@llamella/spec';
import { blockSize, bytesFromMemory, decodeTensor, encodeTensor, openGguf } from '@llamella/weights';
import { packWeights } from '../../packages/llamella/src/pack-weights.ts';

const POSITIONS = 256;
const CHUNK = 64;
const STEPS = 24;

/** What llama.cpp falls back to where rows are no multiple of 256. */
const fallbacks: Partial<Record<TensorType, TensorType>> = {
  ...{ Q2_K: 'IQ4_NL', Q3_K: 'IQ4_NL', Q4_K: 'Q5_0', Q5_K: 'Q5_1', Q6_K: 'Q8_0', IQ4_XS: 'IQ4_NL' },
};

const goldenUrl = new URL('../reference/golden/smollm2-teacher-forced.bin', import.meta.url);
const golden = readTeacherForced(await readFile(goldenUrl));
const tokens = Uint32Array.from(golden.tokens.subarray(0, POSITIONS + 1));
const sources = await Promise.all(
  weightsFiles.map(async (url) => bytesFromMemory(await readFile(url), fileURLToPath(url))),
);
const original = await openGguf(sources);

/** The model with all matrices stored in a type. */
async function storeAs(type: TensorType): Promise<Checkpoint> {
  const tensors = new Map<string, TensorInfo>();
  const stored = new Map<string, Uint8Array>();
  for (const info of original.tensors.values()) {
    const bytes = await original.readTensor(info.name);
    const whole = info.shape.at(-1)! % blockSize(type).elements === 0;
    const target = info.shape.length < 2 ? info.type : whole ? type : (fallbacks[type] ?? 'Q8_0');
    const encoded =
      target === info.type
        ? bytes
        : encodeTensor(target, decodeTensor(info.type, bytes, info.shape), info.shape);
    tensors.set(info.name, { ...info, type: target, byteLength: encoded.byteLength });
    stored.set(info.name, encoded);
  }
  return {
    ...{ name: type, format: 'gguf', config: original.config, tensors },
    readTensor: async (name) => stored.get(name)!.slice(),
    async [Symbol.asyncDispose]() {},
  };
}

async function load(profile: Profile, model: Checkpoint) {
  const plan = buildGraph(model, { profile, contextLength: 2048 });
  const started = performance.now();
  const weights = await packWeights(plan, model);
  const packMs = performance.now() - started;
  const backend = await createNodeBackend(plan, weights, { initialCapacity: 512 });
  return { backend, bytes: plan.externalByteLength, packMs };
}

function withFloatActivations(profile: Profile): Profile {
  return {
    ...profile,
    linearForm(type, role, layout) {
      const form = profile.linearForm(type, role, layout);
      return form?.kind === 'blocks' ? { ...form, accuracyLevel: 1 } : form;
    },
  };
}

/** Logarithms of the probabilities of every token at every position. */
async function logProbabilities(backend: Backend): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  const size = original.config.vocabularySize;
  for (let position = 0; position < POSITIONS; position += CHUNK) {
    const part = tokens.subarray(position, position + CHUNK);
    const logits = await backend.forward({ slot: 0, position, tokens: part, logits: 'all' });
    for (let row = 0; row < CHUNK; row++) {
      const values = logits.slice(row * size, (row + 1) * size);
      const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
      const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
      rows.push(values.map((value) => value - largest - Math.log(sum)));
    }
  }
  return rows;
}

function divergence(expected: Float32Array[], actual: Float32Array[]): number {
  let sum = 0;
  for (const [position, row] of expected.entries()) {
    for (let token = 0; token < row.length; token++) {
      sum += Math.exp(row[token]!) * (row[token]! - actual[position]![token]!);
    }
  }
  return sum / expected.length;
}

const perplexity = (rows: Float32Array[]) =>
  Math.exp(-rows.reduce((sum, row, position) => sum + row[tokens[position + 1]!]!, 0) / rows.length);

const wanted = process.argv.slice(2) as TensorType[];
const types: TensorType[] = [
  ...(['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K'] as const),
  ...(['IQ4_NL', 'IQ4_XS', 'MXFP4'] as const),
];
console.log(
  '| type | bytes packed | pack, s | KL, weights alone | KL, 8-bit activations | perplexity: exact, default | step, ms |',
);
console.log('|---|---:|---:|---:|---:|---:|---:|');
for (const type of wanted.length > 0 ? wanted : types) {
  const model = await storeAs(type);
  const measure = async (profile: Profile) => {
    const { backend, ...rest } = await load(profile, model);
    const rows = await logProbabilities(backend);
    const times: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const started = performance.now();
      const token = tokens.subarray(step, step + 1);
      await backend.forward({ slot: 0, position: 100 + step, tokens: token, logits: 'last' });
      times.push(performance.now() - started);
    }
    await backend[Symbol.asyncDispose]();
    return { ...rest, rows, step: times.sort((a, b) => a - b)[STEPS >> 1]! };
  };
  const exact = await measure(cpuExactProfile);
  const weights = await measure(withFloatActivations(cpuProfile));
  const fast = await measure(cpuProfile);
  const cells = [
    type,
    `${(fast.bytes / 1e6).toFixed(0)} MB`,
    (fast.packMs / 1000).toFixed(2),
    divergence(exact.rows, weights.rows).toExponential(1),
    divergence(exact.rows, fast.rows).toExponential(1),
    `${perplexity(exact.rows).toFixed(2)}, ${perplexity(fast.rows).toFixed(2)}`,
    fast.step.toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
process.exit(0);
