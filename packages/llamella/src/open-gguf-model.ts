import { realpath } from 'node:fs/promises';
import { buildGraph, checkArchitecture } from '@llamella/graph';
import type { ByteSource } from '@llamella/spec';
import { tokenizerFromGguf } from '@llamella/tokenizer';
import { type GgufCheckpoint, openGguf, readSplitCount, splitFileNames } from '@llamella/weights';
import { chatTemplateOnDemand } from './chat-template-on-demand.ts';
import { fileSource } from './file-source.ts';
import type { OpenedModel } from './opened-model.ts';
import { SPLIT } from './resolve-reference.ts';

/** Opens a GGUF model with all its splits, whichever of them `path` is. */
export async function openGgufModel(
  path: string,
  signal: AbortSignal | undefined,
): Promise<OpenedModel<GgufCheckpoint>> {
  const sources: ByteSource[] = [];
  try {
    const given = await fileSource(path);
    sources.push(given);
    const options = signal === undefined ? {} : { signal };
    const count = await readSplitCount(given, options);
    const name = count > 1 ? await splitName(path) : path;
    const files = splitFileNames(name, count);
    const ordered: ByteSource[] = [];
    for (const file of files) {
      const source = file === name ? given : await fileSource(file);
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
      [Symbol.asyncDispose]: () => checkpoint[Symbol.asyncDispose](),
    };
  } catch (error) {
    await Promise.allSettled(sources.map((source) => source.close?.()));
    throw error;
  }
}

/** A link to a split may have any name: the others lie beside the file that it leads to. */
async function splitName(path: string): Promise<string> {
  return SPLIT.test(path) ? path : await realpath(path);
}
