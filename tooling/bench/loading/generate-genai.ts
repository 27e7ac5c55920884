import { copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGraph, cpuProfile, genaiConfig, genaiGraph } from '@llamella/graph';
import type { Initializer, ModelConfig, TensorInfo } from '@llamella/spec';
import { sharedData } from '../shared-data.ts';
import { type ModelShape, tensorsOf } from './model-shape.ts';
import { randomBytes } from './random-blocks.ts';

const DATA = 'model.onnx_data';
const bytesAtOnce = 2 ** 26;

/** With this scale, 4-bit codes around 8 have a standard deviation of about 0.02. */
const scale = 0.0045;

/** Writes a folder for ONNX Runtime GenAI: 4-bit weights in blocks of 32, random, with the tokenizer of Llama 3.1. */
export async function generateGenai(folder: string, shape: ModelShape): Promise<void> {
  const tensors = new Map<string, TensorInfo>();
  for (const { name, type, shape: dimensions } of tensorsOf(shape)) {
    const count = dimensions.reduce((product, length) => product * length, 1);
    const isFloat = type === 'F32';
    const byteLength = isFloat ? count * 4 : (count / 32) * 18;
    tensors.set(name, { name, type: isFloat ? 'F32' : 'Q4_0', shape: dimensions, byteLength });
  }
  // One block size for all, as onnxruntime-genai's builder has it.
  const profile = {
    ...cpuProfile,
    linearForm: (type: TensorInfo['type']) => cpuProfile.linearForm(type, 'linear'),
  };
  const config = configOf(shape);
  const plan = genaiGraph(buildGraph({ name: folder, config, tensors }, { profile }), DATA);
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, DATA), 'w');
  try {
    const random = randomBytes();
    for (const [index, initializer] of plan.initializers.entries()) {
      for (let written = 0; written < initializer.byteLength; ) {
        const length = Math.min(bytesAtOnce, initializer.byteLength - written);
        const bytes = valuesOf(initializer, written, length, () => random.update(Buffer.alloc(length)));
        await file.write(bytes, 0, length, plan.offsets[index]! + written);
        written += length;
      }
    }
  } finally {
    await file.close();
  }
  const tokens = { bos: 128_000, eos: [128_009] };
  const options = { contextLength: shape.context, filename: 'model.onnx', tokens };
  await writeFile(join(folder, 'model.onnx'), plan.model);
  await writeFile(join(folder, 'genai_config.json'), JSON.stringify(genaiConfig(config, options)));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    const path = `tokenizers/llama3_1/${name}`;
    await copyFile(join(sharedData(path), path), join(folder, name));
  }
}

function valuesOf(
  { source, dataType }: Initializer,
  at: number,
  length: number,
  random: () => Buffer,
): Buffer {
  if ('data' in source) return Buffer.from(source.data.subarray(at, at + length));
  if (dataType !== 'float32') return random();
  const value = source.recipe.kind === 'scales' ? scale : 1;
  return Buffer.from(new Float32Array(length >> 2).fill(value).buffer);
}

function configOf({
  layers,
  hidden,
  intermediate,
  heads,
  keyValueHeads,
  vocabulary,
  context,
}: ModelShape): ModelConfig {
  return {
    architecture: 'llama',
    contextLength: context,
    vocabularySize: vocabulary,
    hiddenSize: hidden,
    intermediateSize: intermediate,
    layerCount: layers,
    headCount: heads,
    keyValueHeadCount: keyValueHeads,
    headSize: hidden / heads,
    normEpsilon: 1e-5,
    ropeTheta: 500_000,
    ropeScaling: { kind: 'none' },
    ropeInterleaved: false,
    tiedEmbeddings: false,
  };
}
