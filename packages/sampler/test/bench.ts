/**
 * Milliseconds and allocated bytes per token at Llama 3's vocabulary. Run with
 * `node --conditions=@llamella/source --expose-gc test/bench.ts`.
 */
import {
  createFloat16Reader,
  createRandom,
  createSampler,
  genai,
  llamaCpp,
  logprobs,
  type SamplerOptions,
  transformers,
} from '../src/index.ts';

const SIZE = 128_256;
const random = createRandom(1);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat());
const normalLogits = Float32Array.from({ length: SIZE }, () => 3 * normal());
const shapes: Record<string, Float32Array> = {
  normal: normalLogits,
  peaked: Float32Array.from({ length: SIZE }, (_, i) => (i === 777 ? 25 : 2.5 * normal())),
  ascending: Float32Array.from({ length: SIZE }, (_, i) => i / 8000),
  flat: new Float32Array(SIZE).fill(1),
};
const history = Uint32Array.from({ length: 4096 }, () => random.nextUint32() % SIZE);
const penalties = { repetitionPenalty: 1.1, frequencyPenalty: 0.1, presencePenalty: 0.1 };
const chain = { ...penalties, topK: 40, topP: 0.95, minP: 0.05, temperature: 0.8, seed: 1 };
const samplers: Record<string, SamplerOptions> = {
  greedy: {},
  'greedy + penalties': penalties,
  'chain (penalties, k 40, p 0.95, min-p 0.05, t)': chain,
  'top-k 5000 + temperature': { topK: 5000, temperature: 1, seed: 1 },
  'top-p 0.95 + temperature': { topP: 0.95, temperature: 1, seed: 1 },
  temperature: { temperature: 1, seed: 1 },
  'typical 0.9 + temperature': { typicalP: 0.9, temperature: 1, seed: 1 },
  'top-n-sigma 1 + temperature': { topNSigma: 1, temperature: 1, seed: 1 },
  'dry over 4096 tokens, top-k 40': { dryMultiplier: 0.8, dryWindow: -1, topK: 40, temperature: 1, seed: 1 },
  'mirostat 2': { mirostat: 2, temperature: 1, seed: 1 },
  llamaCpp: llamaCpp({ ...penalties, seed: 1 }),
  transformers: transformers({ repetitionPenalty: 1.1, topP: 0.95, seed: 1 }),
  genai: genai({ repetitionPenalty: 1.1, topP: 0.95, seed: 1 }),
};

/** Median milliseconds of one call at the full vocabulary. */
function measureTime(options: SamplerOptions, source: Float32Array, mask?: Uint32Array): number {
  const sampler = createSampler({ ...options, vocabularySize: SIZE });
  const logits = new Float32Array(SIZE);
  const times: number[] = [];
  for (let round = 0; round < 200; round++) {
    logits.set(source);
    const start = performance.now();
    sampler.sample(logits, history, history.length, mask);
    times.push(performance.now() - start);
  }
  return times.slice(50).sort((a, b) => a - b)[75]!;
}

/** Growth of the heap per call, in bytes, over many calls at a small vocabulary. */
function measureMemory(options: SamplerOptions): number {
  const sampler = createSampler({ ...options, vocabularySize: 2048 });
  const logits = new Float32Array(2048);
  const source = normalLogits.slice(0, 2048);
  const tokens = history.map((token) => token % 2048);
  const run = (rounds: number): void => {
    for (let round = 0; round < rounds; round++) {
      logits.set(source);
      sampler.sample(logits, tokens, tokens.length);
    }
  };
  run(3000);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  run(20_000);
  return (process.memoryUsage().heapUsed - before) / 20_000;
}

for (const [name, options] of Object.entries(samplers)) {
  const row = Object.values(shapes).map((source) => measureTime(options, source).toFixed(3).padStart(10));
  console.log(`${name.padEnd(48)} ${row.join(' ')} ms  ${measureMemory(options).toFixed(2)} B`);
}
for (const [name, word] of Object.entries({ sparse: 0, dense: 0xffff7fff })) {
  const mask = new Uint32Array(SIZE / 32).fill(word);
  mask[100] = 0xff;
  for (const [chainName, options] of Object.entries({ greedy: {}, chain }))
    console.log(`${name} mask, ${chainName}: ${measureTime(options, normalLogits, mask).toFixed(3)} ms`);
}
const halves = Uint16Array.from({ length: SIZE }, () => random.nextUint32() & 0xbbff);
const read = createFloat16Reader(SIZE);
const halfStart = performance.now();
for (let round = 0; round < 100; round++) read(halves);
console.log(`half precision to float32: ${((performance.now() - halfStart) / 100).toFixed(3)} ms`);
const start = performance.now();
for (let round = 0; round < 50; round++) logprobs(normalLogits, 5, 20);
console.log(`logprobs, top 20: ${((performance.now() - start) / 50).toFixed(3)} ms`);
