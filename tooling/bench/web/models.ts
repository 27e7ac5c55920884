import { existsSync, mkdirSync, openAsBlob, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGraph, cpuProfile, genaiGraph, type Profile } from '@llamella/graph';
import type { Checkpoint, ModelConfig } from '@llamella/spec';
import { bytesFromBlob, decodeTensor, encodeTensor, openGguf, packInitializer } from '@llamella/weights';
import { convertModel } from 'llamella';
import { peerFolder } from '../install-npm.ts';

const folder = join(peerFolder, 'web-models');

type Log = (line: string) => void;

/** The embedded model with weights of type Q4_0 (the tied embedding in Q6_K), written unless it is there. */
export async function ggufModel(log: Log): Promise<string> {
  const path = join(folder, 'SmolLM2-135M-Instruct-Q4_0.gguf');
  if (existsSync(path)) return path;
  log('writing the model as Q4_0 (once) …');
  mkdirSync(folder, { recursive: true });
  await convertModel(undefined, path, { type: 'Q4_0' });
  return path;
}

/** Blocks of 32 everywhere and separate projections, as in the models that transformers.js downloads. */
const transformersProfile: Profile = {
  ...cpuProfile,
  stackQueryKeyValue: false,
  stackGateUp: false,
  linearForm(type, role, layout) {
    // It has embeddings in float32.
    if (role === 'embedding') return { kind: 'float' };
    return cpuProfile.linearForm(type, role === 'attention-input' ? 'attention-output' : role, layout);
  },
};

/** The same weights in the layout of transformers.js, `q4`, written unless they are there. The output is in 4 bits too. */
export async function transformersModel(log: Log): Promise<string> {
  const target = join(folder, 'transformers');
  if (existsSync(target)) return target;
  const gguf = await ggufModel(log);
  log('writing the model for transformers.js (once) …');
  const checkpoint = inFourBits(await openGguf(bytesFromBlob(await openAsBlob(gguf), 'model.gguf')));
  const data = 'model_q4.onnx_data';
  const plan = genaiGraph(
    buildGraph(checkpoint, { profile: transformersProfile, contextLength: 1024 }),
    data,
  );
  const unfinished = `${target}.part`;
  mkdirSync(join(unfinished, 'onnx'), { recursive: true });
  await using file = await open(join(unfinished, 'onnx', data), 'w');
  for (const [index, { byteLength, source }] of plan.initializers.entries()) {
    const bytes = 'data' in source ? source.data : new Uint8Array(byteLength);
    if ('recipe' in source) await packInitializer(source.recipe, checkpoint, bytes);
    await file.write(bytes, 0, byteLength, plan.offsets[index]!);
  }
  writeFileSync(join(unfinished, 'onnx', 'model_q4.onnx'), plan.model);
  writeFileSync(join(unfinished, 'config.json'), JSON.stringify(transformersConfig(checkpoint.config)));
  writeFileSync(join(unfinished, 'generation_config.json'), '{}');
  renameSync(unfinished, target);
  return target;
}

/** The same checkpoint with the tied embedding in Q4_0. */
function inFourBits(checkpoint: Checkpoint): Checkpoint {
  const name = 'token_embd.weight';
  const stored = checkpoint.tensors.get(name)!;
  const [rows, columns] = stored.shape as [number, number];
  const info = { ...stored, type: 'Q4_0' as const, byteLength: (rows * columns * 18) / 32 };
  let encoded: Uint8Array | undefined;
  return {
    name: checkpoint.name,
    format: checkpoint.format,
    config: checkpoint.config,
    tensors: new Map(checkpoint.tensors).set(name, info),
    async readTensor(wanted, signal) {
      const bytes = await checkpoint.readTensor(wanted, signal);
      if (wanted !== name) return bytes;
      encoded ??= encodeTensor('Q4_0', decodeTensor(stored.type, bytes, stored.shape), info.shape);
      return encoded;
    },
    [Symbol.asyncDispose]: () => checkpoint[Symbol.asyncDispose](),
  };
}

/** What transformers.js reads of a `config.json`. */
function transformersConfig(config: ModelConfig) {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.keyValueHeadCount,
    head_dim: config.headSize,
    max_position_embeddings: config.contextLength,
    'transformers.js_config': { use_external_data_format: { 'model_q4.onnx': 1 } },
  };
}
