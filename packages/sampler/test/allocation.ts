/**
 * Prints, as JSON, the bytes that the heap grows by per call of each step. Run with
 * `node --conditions=@llamella/source --expose-gc test/allocation.ts`.
 */
import {
  type ChainSampler,
  createFloat16Reader,
  createRandom,
  createSampler,
  genai,
  llamaCpp,
  type SamplerOptions,
  transformers,
} from '../src/index.ts';

const SIZE = 512;
const ROUNDS = 2000;
const random = createRandom(1);
const source = Float32Array.from({ length: SIZE }, () => random.nextFloat() * 12 - 6);
const history = Uint32Array.from({ length: 300 }, () => random.nextUint32() % 20);
const dense = new Uint32Array(SIZE / 32).fill(0xfffffffe);
const sparse = new Uint32Array(SIZE / 32);
sparse[3] = 0x80008001;
const halves = Uint16Array.from({ length: SIZE }, () => 0x3c00 + (random.nextUint32() & 0x3ff));

const common = { temperature: 0.8, seed: 1, vocabularySize: SIZE };
const penalties = { repetitionPenalty: 1.1, frequencyPenalty: 0.1, presencePenalty: 0.1 };
const goal = { ...common, ...penalties, topK: 40, topP: 0.95, minP: 0.05 };
const breakers = { dryBreakers: [[1], [2, 3]] };
const cases: Record<string, SamplerOptions> = {
  greedy: {},
  'the goal chain': goal,
  temperature: common,
  'dynamic temperature': { ...common, dynamicTemperatureRange: 0.5, dynamicTemperatureExponent: 1.3 },
  penalties: { ...common, ...penalties },
  'top-k by heap': { ...common, topK: 40 },
  'top-k by radix': { ...common, topK: 300 },
  'top-p': { ...common, topP: 0.9 },
  'top-p and a least number': { ...common, topP: 0.1, minKeep: 20 },
  'min-p': { ...common, minP: 0.1 },
  'top-n-sigma': { ...common, topNSigma: 1 },
  typical: { ...common, typicalP: 0.6 },
  'typical and a least number': { ...common, typicalP: 0.1, minKeep: 100 },
  epsilon: { ...common, epsilonCutoff: 0.002 },
  eta: { ...common, etaCutoff: 0.002 },
  xtc: { ...common, xtcProbability: 0.5, xtcThreshold: 0.01 },
  dry: { ...common, dryMultiplier: 0.8, dryWindow: -1, ...breakers },
  'n-grams': { ...common, noRepeatNgramSize: 2 },
  'logit bias': { ...common, logitBias: { 3: 1.5, 4: -1 } },
  'bad words': { ...common, badWords: [[1], [2, 3]] },
  lengths: { ...common, minTokens: 5, forceEndAt: 9, endTokens: [1, 2] },
  'forced tokens': { ...common, forcedTokens: [1] },
  'suppressed tokens': { ...common, suppressTokens: [1, 2], beginSuppressTokens: [3] },
  'mirostat 1': { ...common, mirostat: 1 },
  'mirostat 2': { ...common, mirostat: 2 },
  'adaptive-p': { ...common, adaptiveTarget: 0.3 },
  'logits after candidates': { ...goal, order: ['topK', 'topP', 'minP', 'penalties', 'temperature'] },
  llamaCpp: llamaCpp({ ...common, ...penalties, dryMultiplier: 0.8, ...breakers, typicalP: 0.9 }),
  transformers: transformers({ ...common, topP: 0.9, typicalP: 0.9, repetitionPenalty: 1.1 }),
  genai: genai({ ...common, topP: 0.9, repetitionPenalty: 1.1 }),
};

/** Bytes per call: the least of some measurements, since compilation, which a busy machine delays, may fall into one. */
function measure(call: () => void): number {
  for (let round = 0; round < 6 * ROUNDS; round++) call();
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10 && least > 1; attempt++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < ROUNDS; round++) call();
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / ROUNDS);
  }
  return least;
}

const logits = new Float32Array(SIZE);
const sampling = (sampler: ChainSampler, mask?: Uint32Array) => () => {
  logits.set(source);
  sampler.sample(logits, history, history.length, mask);
};
const result: Record<string, number> = {};
for (const [name, options] of Object.entries(cases)) result[name] = measure(sampling(createSampler(options)));
result['dense mask'] = measure(sampling(createSampler(goal), dense));
result['sparse mask'] = measure(sampling(createSampler(goal), sparse));
result['greedy with a mask'] = measure(sampling(createSampler(), sparse));
const read = createFloat16Reader(SIZE);
result['half precision'] = measure(() => void read(halves));
const halfSampler = createSampler(goal);
result['half precision and the goal chain'] = measure(
  () => void halfSampler.sample(halves, history, history.length),
);
// What the measurement finds when there is something to find.
let kept: unknown;
result['an allocation'] = measure(() => {
  kept = { at: kept === undefined };
});
console.log(JSON.stringify(result));
