import {
  cpuExactProfile,
  cpuFineGridProfile,
  cpuProfile,
  type Profile,
  wasmExactProfile,
  wasmProfile,
  webgpuExactProfile,
  webgpuHalfProfile,
  webgpuProfile,
} from '@llamella/graph';
import { type CheckpointOptions, describeCheckpoint } from './checkpoint.ts';

export const profiles: readonly Profile[] = [
  cpuProfile,
  cpuFineGridProfile,
  cpuExactProfile,
  webgpuProfile,
  webgpuExactProfile,
  webgpuHalfProfile,
  wasmProfile,
  wasmExactProfile,
];

const checkpoints: Record<string, CheckpointOptions> = {
  float32: {},
  'float16, untied': { type: 'F16', tiedEmbeddings: false },
  Q4_0: { type: 'Q4_0' },
  'Q4_1, untied': { type: 'Q4_1', tiedEmbeddings: false },
  Q4_1: { type: 'Q4_1' },
  'Q8_0, one layer, no name': { type: 'Q8_0', layerCount: 1, name: '' },
  'Q4_0 with the value projection in Q8_0': {
    type: (name) => (name.includes('attn_v') ? 'Q8_0' : 'Q4_0'),
  },
  ...Object.fromEntries(
    (['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'Q5_1', 'IQ4_XS', 'IQ2_S'] as const).map((type) => [
      type,
      { type, hiddenSize: 256, headSize: 64, intermediateSize: 512, layerCount: 1 },
    ]),
  ),
  'a mix of K-quants, untied': {
    type: (name) =>
      /attn_v|ffn_down|output.weight/.test(name) ? 'Q6_K' : name.includes('attn_k') ? 'Q5_K' : 'Q4_K',
    tiedEmbeddings: false,
    ...{ hiddenSize: 256, headSize: 64, intermediateSize: 512, layerCount: 1 },
  },
  'FP8 with a scale per tensor, FP4 in groups of 16 in the feed-forward': {
    type: (name) =>
      name.includes('ffn')
        ? 'F4_E2M1'
        : name.startsWith('blk') || name === 'output.weight'
          ? 'F8_E4M3'
          : 'F16',
    layout: (name, [outputs = 0, inputs = 0]) => {
      if (name.includes('ffn')) return { scaleBlock: [1, 16] };
      return name === 'token_embd.weight' ? {} : { scaleBlock: [outputs, inputs] };
    },
    tiedEmbeddings: false,
  },
  'U4 in groups of 32 with zero points, in another order, with scales of inputs': {
    type: 'U4',
    layout: (name, [, inputs = 0]) => ({
      ...{ scaleBlock: [1, 32], zeroPoints: true },
      ...(name.startsWith('blk') && {
        inputOrder: Uint32Array.from({ length: inputs }, (_, at) => (at * 5 + 3) % inputs),
      }),
    }),
    inputScales: ['attn_output', 'ffn_down', 'attn_k'],
  },
  'U8 with a scale per output, F8_E5M2 in the embedding': {
    type: (name) => (name.startsWith('blk') ? 'U8' : 'F8_E5M2'),
    layout: (name, [, inputs = 0]) => (name.startsWith('blk') ? { scaleBlock: [1, inputs] } : {}),
  },
  'heads of 8': { headSize: 8, headCount: 8, type: 'Q4_0' },
  'heads of 128, halves as pairs': {
    headSize: 128,
    headCount: 1,
    keyValueHeadCount: 1,
    ropeInterleaved: false,
  },
};

/** Each in float32 weights and in packed ones. */
const architectures: Readonly<Record<string, CheckpointOptions>> = {
  mistral: { slidingWindow: 8 },
  mistral3: {
    architecture: 'mistral3',
    ropeScaling: { kind: 'yarn', factor: 4, originalContextLength: 32 },
  },
  'llama with biases': {
    biases: ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'],
  },
  qwen2: { architecture: 'qwen2', biases: ['attn_q', 'attn_k', 'attn_v'], ropeInterleaved: false },
  qwen3: { architecture: 'qwen3', headNorms: true, ropeInterleaved: false },
  smollm3: { architecture: 'smollm3', rotaryLayers: [true, false] },
  'smollm3, heads of 8': { architecture: 'smollm3', rotaryLayers: [true, false], headSize: 8, headCount: 8 },
  'no rotation at all': { rotaryLayers: [false, false], headSize: 8, headCount: 8 },
  gemma: { architecture: 'gemma', activation: 'gelu-tanh', embeddingScale: 8, ropeInterleaved: false },
  gemma2: {
    ...{ architecture: 'gemma2', outputNorms: true, activation: 'gelu-tanh', ropeInterleaved: false },
    ...{ slidingWindow: 8, slidingLayers: [true, false], attentionSoftcap: 50, logitSoftcap: 30 },
    ...{ embeddingScale: 8, attentionScale: 0.2 },
  },
  gemma3: {
    ...{ architecture: 'gemma3', outputNorms: true, headNorms: true, activation: 'gelu-tanh' },
    ...{ slidingWindow: 8, slidingLayers: [true, false], slidingRopeTheta: 10_000, embeddingScale: 8 },
    ...{ ropeTheta: 1e6, ropeScaling: { kind: 'linear', factor: 8 }, ropeInterleaved: false },
  },
  phi3: { architecture: 'phi3', fused: true, ropeInterleaved: false, slidingWindow: 64 },
  'phi3, half rotated': { architecture: 'phi3', fused: true, ropeInterleaved: false, rotarySize: 8 },
  granite: {
    ...{ architecture: 'granite', embeddingScale: 12, residualScale: 0.22, logitScale: 0.125 },
    attentionScale: 0.0625,
  },
};

for (const [title, options] of Object.entries(architectures)) {
  checkpoints[title] = options;
  checkpoints[`${title}, Q4_1`] = { ...options, type: 'Q4_1' };
}

/** Every kind of graph that this package writes: a title, the checkpoint, the profile. */
export const variants = Object.entries(checkpoints).flatMap(([title, options]) =>
  profiles
    .filter((profile) => options.attentionSoftcap === undefined || profile.attentionSoftcap)
    .map((profile) => ({
      title: `${title}, ${profile.name}`,
      checkpoint: describeCheckpoint(options),
      profile,
    })),
);
