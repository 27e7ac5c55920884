import { buildGraph, checkArchitecture } from '@llamella/graph';
import { asyncDispose, type ByteSource } from '@llamella/spec';
import { tokenizerFromGguf } from '@llamella/tokenizer';
import { type GgufCheckpoint, openGguf, readSplitCount, splitFileNames } from '@llamella/weights';
import { chatTemplateOnDemand } from './chat-template-on-demand.ts';
import type { OpenedModel } from './opened-model.ts';

/** How the files of a GGUF model are opened. */
export interface GgufFiles {
  /** Opens a file by its path. @throws {LlamellaError} `not-found` when there is no such file */
  open(path: string): Promise<ByteSource>;
  /** Path of a file of a split model by which the others are found. Default: as it was given. */
  splitName?(path: string): Promise<string>;
}

/** Opens a GGUF model with all its splits, whichever of them `path` is. */
export async function openGgufModel(
  path: string,
  gguf: GgufFiles,
  signal: AbortSignal | undefined,
): Promise<OpenedModel<GgufCheckpoint>> {
  const sources: ByteSource[] = [];
  try {
    const given = await gguf.open(path);
    sources.push(given);
    const options = signal === undefined ? {} : { signal };
    const count = await readSplitCount(given, options);
    const name = (count > 1 && (await gguf.splitName?.(path))) || path;
    const files = splitFileNames(name, count);
    const ordered: ByteSource[] = [];
    for (const file of files) {
      const source = file === name ? given : await gguf.open(file);
      if (source !== given) sources.push(source);
      ordered.push(source);
    }
    const checkpoint = await openGguf(ordered, options);
    return {
      checkpoint,
      location: checkpoint.name,
      files,
      notes: [],
      checkArchitecture: () => checkArchitecture(checkpoint.architecture, checkpoint.name),
      plan: (graphOptions) => buildGraph(checkpoint, graphOptions),
      loadTokenizer: async () => tokenizerFromGguf(checkpoint.metadata, { name: checkpoint.name }),
      chatTemplate: async (tokenizer) =>
        chatTemplateOnDemand(checkpoint.metadata, tokenizer, checkpoint.name),
      [asyncDispose]: () => checkpoint[asyncDispose](),
    };
  } catch (error) {
    await Promise.allSettled(sources.map((source) => source.close?.()));
    throw error;
  }
}
