import { cpuExactProfile, cpuProfile, type Profile } from '@llamella/graph';
import type { Backend, Checkpoint, ModelConfig, TensorInfo, TensorType } from '@llamella/spec';
import { decodeTensor, encodeTensor, openGguf } from '@llamella/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { goldenSource, readGolden } from './golden-logits.ts';
import { openBackend } from './open-backend.ts';

function openModel(name: string): Promise<Checkpoint> {
  return openGguf(goldenSource(`architectures/${name}/model.gguf`));
}

function changedCheckpoint(checkpoint: Checkpoint, change: Partial<Checkpoint>): Checkpoint {
  const { name, format, config, tensors } = checkpoint;
  const readTensor = (tensor: string) => checkpoint.readTensor(tensor);
  return { name, format, config, tensors, readTensor, async [Symbol.asyncDispose]() {}, ...change };
}

/** The same model with its matrices stored as another type. */
async function storedAs(checkpoint: Checkpoint, type: TensorType): Promise<Checkpoint> {
  const tensors = new Map<string, TensorInfo>();
  const bytes = new Map<string, Uint8Array>();
  for (const [name, info] of checkpoint.tensors) {
    const stored = await checkpoint.readTensor(name);
    const values = decodeTensor(info.type, stored, info.shape);
    const matrix = info.shape.length === 2;
    bytes.set(name, matrix ? encodeTensor(type, values, info.shape) : stored);
    tensors.set(name, { ...info, type: matrix ? type : info.type, byteLength: bytes.get(name)!.byteLength });
  }
  return changedCheckpoint(checkpoint, { tensors, readTensor: async (name) => bytes.get(name)!.slice() });
}

/** Of the largest logit; the reference computes in float32 too. */
const FLOAT32_ERROR = 3e-5;

const names = [
  ...['llama', 'llama3', 'llama-yarn', 'mistral', 'qwen2', 'qwen3', 'smollm3', 'gemma2', 'gemma3', 'phi3'],
  ...['phi3-longrope', 'granite', 'ministral3', 'gemma'],
];

/** Weights of these files are float16, which both profiles compute in float32; the second stacks and fuses. */
describe.each(names.flatMap((name) => [cpuExactProfile, cpuProfile].map((profile) => ({ name, profile }))))(
  '$name with the profile $profile.name',
  ({ name, profile }) => {
    const { tokens, logits } = readGolden(`architectures/${name}`);
    const width = logits.length / tokens.length;
    let backend: Backend;
    beforeAll(async () => {
      const checkpoint = await openModel(name);
      backend = await openBackend({ checkpoint }, { profile });
    });
    afterAll(() => backend[Symbol.asyncDispose]());

    const run = async (start: number, end: number) =>
      (
        await backend.forward({ slot: 0, position: start, tokens: tokens.slice(start, end), logits: 'all' })
      ).slice();

    it('gives the logits of transformers for a prompt', async () => {
      expect(relativeError(await run(0, tokens.length), logits)).toBeLessThan(FLOAT32_ERROR);
    });

    it('gives them token by token, and in chunks', async () => {
      const ends = [1, 2, ...Array.from({ length: 22 }, (_, index) => index + 3), 31, tokens.length];
      let start = 0;
      for (const end of ends) {
        const expected = logits.subarray(start * width, end * width);
        expect(relativeError(await run(start, end), expected), `tokens ${start} to ${end}`).toBeLessThan(
          FLOAT32_ERROR,
        );
        start = end;
      }
    });
  },
);

it('a short context has the short frequencies of LongRoPE', async () => {
  const { tokens, short } = readGolden('architectures/phi3-longrope');
  await using checkpoint = await openModel('phi3-longrope');
  await using backend = await openBackend({ checkpoint }, { contextLength: 24 });
  const width = checkpoint.config.vocabularySize;
  const request = {
    slot: 0,
    position: 0,
    tokens: tokens.slice(0, short!.length / width),
    logits: 'all',
  } as const;
  expect(relativeError(await backend.forward(request), short!)).toBeLessThan(FLOAT32_ERROR);
});

/** Every number and list that a configuration has beyond the sizes of its tensors, changed. */
function changes(config: ModelConfig): [key: string, changed: ModelConfig][] {
  const numbers = [
    ...(['ropeTheta', 'slidingRopeTheta', 'attentionScale', 'attentionSoftcap'] as const),
    ...(['logitSoftcap', 'embeddingScale', 'residualScale', 'logitScale'] as const),
  ];
  const flip = (list: readonly boolean[]) =>
    list.map((value, at) => (at === list.length - 1 ? !value : value));
  const { slidingWindow, slidingLayers, rotaryLayers, rotarySize, ropeScaling, activation } = config;
  const all: Partial<ModelConfig>[] = [
    ...numbers.flatMap((key) => (config[key] === undefined ? [] : [{ [key]: config[key] * 1.05 }])),
    ...(slidingWindow === undefined
      ? []
      : [{ slidingWindow: slidingWindow + 1 }, { slidingWindow: slidingWindow - 1 }]),
    ...(slidingLayers === undefined ? [] : [{ slidingLayers: flip(slidingLayers) }]),
    ...(rotaryLayers === undefined ? [] : [{ rotaryLayers: flip(rotaryLayers) }]),
    ...(rotarySize === undefined || ropeScaling.kind === 'longrope' ? [] : [{ rotarySize: rotarySize - 2 }]),
    ...(ropeScaling.kind === 'none' ? [] : [{ ropeScaling: { kind: 'none' } as const }]),
    ...(ropeScaling.kind === 'yarn' ? [{ ropeScaling: { ...ropeScaling, betaFast: 2, betaSlow: 1 } }] : []),
    ...('attentionFactor' in ropeScaling ? [{ ropeScaling: { ...ropeScaling, attentionFactor: 1.2 } }] : []),
    ...(activation === undefined ? [] : [{ activation: 'silu' } as const]),
    { ropeInterleaved: !config.ropeInterleaved },
    { normEpsilon: config.normEpsilon * 100 },
  ];
  return all.map((change) => [Object.keys(change).join(), { ...config, ...change }]);
}

describe.each(names)('the logits of %s', async (name) => {
  const { tokens, logits } = readGolden(`architectures/${name}`);
  const checkpoint = await openModel(name);

  it.each(changes(checkpoint.config))('notice another %s', async (_, config) => {
    await using backend = await openBackend({ checkpoint: changedCheckpoint(checkpoint, { config }) });
    const changed = await backend.forward({ slot: 0, position: 0, tokens, logits: 'all' });
    expect(relativeError(changed, logits)).toBeGreaterThan(10 * FLOAT32_ERROR);
  });
});

describe.each(names)('%s in packed weights', (name) => {
  const { tokens } = readGolden(`architectures/${name}`);
  const all = async (checkpoint: Checkpoint, profile: Profile) => {
    await using backend = await openBackend({ checkpoint }, { profile });
    return (await backend.forward({ slot: 0, position: 0, tokens, logits: 'all' })).slice();
  };

  it.each(['Q8_0', 'Q4_1'] as const)('of type %s stays near the same weights in float32', async (type) => {
    await using checkpoint = await storedAs(await openModel(name), type);
    const error = relativeError(await all(checkpoint, cpuProfile), await all(checkpoint, cpuExactProfile));
    expect(error).toBeGreaterThan(FLOAT32_ERROR);
    expect(error).toBeLessThan(0.15);
  });
});
