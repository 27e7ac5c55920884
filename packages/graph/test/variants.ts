import {
  cpuExactProfile,
  cpuFineGridProfile,
  cpuProfile,
  type Profile,
  webgpuExactProfile,
  webgpuProfile,
} from '@llamella/graph';
import { type CheckpointOptions, describeCheckpoint } from './checkpoint.ts';

export const profiles: readonly Profile[] = [
  cpuProfile,
  cpuFineGridProfile,
  cpuExactProfile,
  webgpuProfile,
  webgpuExactProfile,
];

const checkpoints: Readonly<Record<string, CheckpointOptions>> = {
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
  'heads of 8': { headSize: 8, headCount: 8, type: 'Q4_0' },
  'heads of 128, halves as pairs': {
    headSize: 128,
    headCount: 1,
    keyValueHeadCount: 1,
    ropeInterleaved: false,
  },
};

/** Every kind of graph that this package writes: a title, the checkpoint, the profile. */
export const variants = Object.entries(checkpoints).flatMap(([title, options]) =>
  profiles.map((profile) => ({
    title: `${title}, ${profile.name}`,
    checkpoint: describeCheckpoint(options),
    profile,
  })),
);
