import { buildGraph } from '@llamella/graph';
import { asyncDispose, type ByteSource, LlamellaError } from '@llamella/spec';
import { openSafetensors, readSafetensorsIndex, type SafetensorsCheckpoint } from '@llamella/weights';
import { chatTemplateInFolder, requireTokenizer } from './folder-conversation.ts';
import { readJsonFile } from './folder-files.ts';
import type { ModelFiles } from './model-files.ts';
import type { OpenedModel } from './opened-model.ts';
import { recommendedSampling } from './recommended-sampling.ts';

const INDEX = 'model.safetensors.index.json';

/** Files that say how weights are quantized where `config.json` does not, in the order in which loaders ask them. */
const quantizationFiles = ['hf_quant_config.json', 'quantize_config.json', 'quant_config.json'];

/** Opens a folder with `config.json` and safetensors, as transformers writes and reads it. */
export async function openSafetensorsModel(
  folder: ModelFiles,
  signal: AbortSignal | undefined,
): Promise<OpenedModel<SafetensorsCheckpoint>> {
  const config = await readJsonFile(folder, 'config.json', signal);
  if (config === undefined) {
    throw new LlamellaError(
      'not-found',
      `${folder.path('config.json')}: no such file, which safetensors need`,
    );
  }
  const quantization = await readQuantization(folder, signal);
  const sources = new Map<string, ByteSource>();
  try {
    for (const name of await weightFiles(folder, signal)) {
      sources.set(name, await folder.open(name));
    }
    const checkpoint = await openSafetensors(
      { files: sources, config, ...quantization },
      { name: folder.name, ...(signal && { signal }) },
    );
    return {
      checkpoint,
      location: folder.name,
      folder,
      files: [...sources.values()].map(({ name }) => name),
      notes: checkpoint.quantization?.notes ?? [],
      recommendedSampling: recommendedSampling(await readJsonFile(folder, 'generation_config.json', signal)),
      checkArchitecture: () => undefined,
      plan: (options) => buildGraph(checkpoint, options),
      loadTokenizer: () => requireTokenizer(folder, signal),
      chatTemplate: (tokenizer) => chatTemplateInFolder(folder, { tokenizer, signal }),
      [asyncDispose]: () => checkpoint[asyncDispose](),
    };
  } catch (error) {
    await Promise.allSettled([...sources.values()].map((source) => source.close?.()));
    throw error;
  }
}

/** The first file that says how weights are quantized, with its name. */
async function readQuantization(folder: ModelFiles, signal: AbortSignal | undefined) {
  for (const quantizationName of quantizationFiles) {
    const quantization = await readJsonFile(folder, quantizationName, signal);
    if (quantization !== undefined) return { quantization, quantizationName };
  }
  return undefined;
}

/**
 * The index and the files that it names; without one `model.safetensors`, the parts of it, or the only file. Mistral's
 * folders have the weights once more, in `consolidated.safetensors`.
 */
async function weightFiles(folder: ModelFiles, signal: AbortSignal | undefined): Promise<string[]> {
  const names = (await folder.list()).filter((name) => /\.safetensors(\.index\.json)?$/.test(name)).sort();
  if (names.includes(INDEX)) {
    const source = await folder.open(INDEX);
    try {
      const { files } = await readSafetensorsIndex(source, { signal });
      const missing = files.filter((name) => !names.includes(name));
      if (missing.length === 0) return [INDEX, ...files];
      const problem = `${missing.length} of ${files.length} files of the model are missing`;
      throw new LlamellaError('not-found', `${folder.name}: ${problem}, the first is ${missing[0]}`);
    } finally {
      await source.close?.();
    }
  }
  const weights = names.filter((name) => name.endsWith('.safetensors'));
  const standard = weights.filter((name) => /^model(-\d{5}-of-\d{5})?\.safetensors$/.test(name));
  const found = standard.length > 0 ? standard : weights;
  const parts = Number(/-of-(\d{5})\.safetensors$/.exec(found[0] ?? '')?.[1] ?? 1);
  if (found.length === parts) return found;
  throw new LlamellaError(
    'not-found',
    `${folder.name}: ${found.length} files of weights (${found.slice(0, 5).join(', ')}) where ${parts === 1 ? '1 is' : `${parts} are`} expected, and no ${INDEX} that says which belong to the model`,
  );
}
