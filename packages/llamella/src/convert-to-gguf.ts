import type { TensorType } from '@llamella/spec';
import {
  type GgufCheckpoint,
  type GgufContents,
  type GgufField,
  ggufByteLength,
  readGgufNumberTypes,
  writeGguf,
} from '@llamella/weights';
import { convertedCheckpoint } from './convert-checkpoint.ts';
import { conversationFiles } from './convert-conversation.ts';
import { type GgufConfiguration, ggufConfiguration, rotatesNeighbours } from './convert-gguf-metadata.ts';
import type { ConvertJob, JobOptions } from './convert-job.ts';
import { ggufTokenizer } from './convert-tokenizer-gguf.ts';
import { fileSource } from './file-source.ts';
import type { OpenedModel } from './opened-model.ts';

/** `llama_ftype` in llama.h: what most of the weights are stored as. */
const fileTypes: Partial<Record<TensorType, number>> = {
  ...{ F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q8_0: 7, Q5_0: 8, Q5_1: 9, Q2_K: 10, Q3_K: 12, Q4_K: 14, Q5_K: 16 },
  ...{ Q6_K: 18, IQ4_NL: 25, IQ4_XS: 30, BF16: 32, TQ1_0: 36, TQ2_0: 37, MXFP4: 38 },
};

/** Prepares the writing of a GGUF file. */
export async function ggufJob(opened: OpenedModel, { type, signal }: JobOptions): Promise<ConvertJob> {
  const { checkpoint: source } = opened;
  const isGguf = source.format === 'gguf';
  const checkpoint = convertedCheckpoint(source, {
    format: 'gguf',
    type,
    ropeInterleaved: isGguf ? source.config.ropeInterleaved : rotatesNeighbours(source.config.architecture),
  });
  const { metadata, extra, notes } = isGguf
    ? { metadata: await copyMetadata(opened as OpenedModel<GgufCheckpoint>, signal), extra: [], notes: [] }
    : await describe(opened, signal);
  const types = [...checkpoint.tensors.values()]
    .filter(({ shape }) => shape.length > 1)
    .map((info) => info.type);
  const mostly = type === 'same' ? mostFrequent(types) : type;
  const known = fileTypes[mostly];
  if (known !== undefined && !(isGguf && type === 'same')) {
    metadata.set('general.file_type', { type: 'uint32', value: known });
  }
  if (types.some((each) => !['F32', 'F16', 'BF16'].includes(each))) {
    metadata.set('general.quantization_version', { type: 'uint32', value: 2 });
  }
  const contents: GgufContents = {
    metadata,
    tensors: [
      ...extra,
      ...[...checkpoint.tensors.values()].map((info) => ({
        name: info.name,
        type: info.type,
        shape: info.shape,
        data: () => checkpoint.pieces(info.name, signal),
      })),
    ],
  };
  return {
    byteLength: ggufByteLength(contents),
    checkpoint,
    notes,
    write: (output, onProgress) =>
      output.write('', (sink) => writeGguf(contents, sink, { signal, onProgress })),
  };
}

/** The metadata of a model of another container. */
async function describe(opened: OpenedModel, signal: AbortSignal | undefined): Promise<GgufConfiguration> {
  const { config, name } = opened.checkpoint;
  const configuration = ggufConfiguration(opened.checkpoint);
  const texts = await conversationFiles(opened, config.contextLength, signal);
  const tokenizer = await opened.loadTokenizer(signal);
  const fields = ggufTokenizer(JSON.parse(texts.get('tokenizer.json')!), {
    file: name,
    tokenizer,
    vocabularySize: config.vocabularySize,
    chatTemplate: chatTemplate(texts),
  });
  for (const [key, field] of fields) configuration.metadata.set(key, field);
  return configuration;
}

function chatTemplate(texts: ReadonlyMap<string, string>): string | undefined {
  const alone = texts.get('chat_template.jinja');
  if (alone !== undefined) return alone;
  for (const name of ['chat_template.json', 'tokenizer_config.json']) {
    const { chat_template: template } = JSON.parse(texts.get(name) ?? '{}') as { chat_template?: unknown };
    if (typeof template === 'string') return template;
    if (!Array.isArray(template)) continue;
    const named = template.find((each: { name?: unknown }) => each?.name === 'default') as {
      template?: unknown;
    };
    if (typeof named?.template === 'string') return named.template;
  }
  return undefined;
}

/** The metadata of a GGUF model as it is, without what says that it is split. */
async function copyMetadata(
  { checkpoint, files }: OpenedModel<GgufCheckpoint>,
  signal: AbortSignal | undefined,
): Promise<Map<string, GgufField>> {
  const first = await fileSource(files[0]!);
  try {
    const types = await readGgufNumberTypes(first, signal);
    const fields = new Map<string, GgufField>();
    for (const [key, value] of checkpoint.metadata) {
      if (key.startsWith('split.')) continue;
      const isNumber = typeof value === 'number' || typeof value === 'bigint';
      fields.set(key, isNumber ? { type: types.get(key)!, value } : value);
    }
    return fields;
  } finally {
    await first.close?.();
  }
}

function mostFrequent(types: readonly TensorType[]): TensorType {
  const counts = new Map<TensorType, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'F32';
}
