import { type GenaiModel, openGenai, readGenaiConfig } from '@llamella/graph';
import { asyncDispose, type ByteSource, InvalidFileError } from '@llamella/spec';
import { chatTemplateInFolder, requireTokenizer } from './folder-conversation.ts';
import { readJsonFile } from './folder-files.ts';
import type { ModelFiles } from './model-files.ts';
import type { OpenedModel } from './opened-model.ts';
import { recommendedSampling } from './recommended-sampling.ts';

const CONFIG = 'genai_config.json';

/** What a protobuf message can have at most; weights beyond that lie in files of their own. */
const MOST_GRAPH_BYTES = 2 ** 31 - 1;

/** Opens a folder of ONNX Runtime GenAI. */
export async function openGenaiModel(
  folder: ModelFiles,
  signal: AbortSignal | undefined,
): Promise<OpenedModel> {
  const json = await readJsonFile(folder, CONFIG, signal);
  if (json === undefined) throw new InvalidFileError({ file: folder.name }, `has no ${CONFIG}`);
  const config = readGenaiConfig(json, folder.path(CONFIG));
  const graphFolder = config.fileName.slice(0, config.fileName.lastIndexOf('/') + 1);
  const weightFiles: string[] = [];
  const model: GenaiModel = await openGenai(
    {
      name: folder.name,
      config: json,
      model: await readGraph(await folder.open(config.fileName), signal),
      externalData: async (location) => {
        const source = await folder.open(graphFolder + location);
        weightFiles.push(source.name);
        return source;
      },
    },
    signal,
  );
  const { checkpoint } = model;
  const tokenizerFolder = folder.folder(config.tokenizerFolder);
  return {
    checkpoint,
    location: folder.name,
    folder,
    files: [folder.path(config.fileName), ...weightFiles],
    notes: notesOf(config.sessionOptions),
    backendOptions: backendOptions(config.sessionOptions),
    recommendedSampling: recommendedSampling((json as { readonly search?: unknown }).search),
    checkArchitecture: () => undefined,
    plan: (options) => model.plan(options),
    loadTokenizer: () => requireTokenizer(tokenizerFolder, signal, config.endTokens),
    chatTemplate: (tokenizer) =>
      chatTemplateInFolder(tokenizerFolder, { tokenizer, genaiConfig: json, signal }),
    [asyncDispose]: () => checkpoint[asyncDispose](),
  };
}

async function readGraph(source: ByteSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { name, size } = source;
  try {
    if (size <= MOST_GRAPH_BYTES) return await source.read(0, size, signal);
    throw new InvalidFileError({ file: name }, `has ${size} bytes; a graph has at most ${MOST_GRAPH_BYTES}`);
  } finally {
    await source.close?.();
  }
}

/** Keys of `session_options` that are no configuration entries of ONNX Runtime: logs, memory, devices. */
const namedOptions: ReadonlySet<string> = new Set([
  ...['log_id', 'enable_profiling', 'intra_op_num_threads', 'inter_op_num_threads', 'log_severity_level'],
  ...['log_verbosity_level', 'enable_cpu_mem_arena', 'enable_mem_pattern', 'graph_optimization_level'],
  ...['custom_ops_library', 'provider_options', 'providers', 'use_env_allocators'],
]);

/** Where ONNX Runtime fuses a product by itself, it would put activations on an 8-bit grid without being asked. */
const defaultEntries = { 'session.qdq_matmulnbits_accuracy_level': '1' };

/** Of `session_options` the number of threads, and configuration entries. */
function backendOptions(
  options: Readonly<Record<string, unknown>>,
): NonNullable<OpenedModel['backendOptions']> {
  const threads = threadsOf(options);
  const entries = Object.entries(options).filter(([key]) => !namedOptions.has(key));
  return {
    ...(threads !== undefined && { threads }),
    configEntries: {
      ...defaultEntries,
      ...Object.fromEntries(entries.map(([key, value]) => [key, String(value)])),
    },
  };
}

/** Threads that are asked for, if that is a number that can be given; 0 leaves it open. */
function threadsOf({ intra_op_num_threads: threads }: Readonly<Record<string, unknown>>): number | undefined {
  return Number.isInteger(threads) && Number(threads) >= 1 && Number(threads) <= 1024
    ? Number(threads)
    : undefined;
}

/** What of `session_options` is not followed, for people. */
function notesOf(options: Readonly<Record<string, unknown>>) {
  const { provider_options: providers, enable_profiling: profile, intra_op_num_threads: threads } = options;
  const named = Array.isArray(providers) ? providers.flatMap((each) => Object.keys(each ?? {})) : [];
  return [
    ...(named.length > 0
      ? [
          `genai_config.json asks for the execution provider ${named.join(', ')}; the device is chosen by the option \`device\``,
        ]
      : []),
    ...(threads === undefined || threads === 0 || threadsOf(options) !== undefined
      ? []
      : [`genai_config.json asks for ${JSON.stringify(threads)} threads, which is not followed`]),
    ...(profile === undefined ? [] : ['genai_config.json asks for a profile, which is not written']),
  ];
}
