import type { CommandContext } from './command-context.ts';
import type { LoadedModel, LoadOptions } from './llamella.ts';
import { note } from './output.ts';
import { createProgressBar } from './progress-bar.ts';

/** Loads a model with a progress bar. The caller disposes it. */
export async function load(
  reference: string | undefined,
  options: LoadOptions,
  context: CommandContext,
): Promise<LoadedModel> {
  const { loadModel } = await context.importLlamella();
  const { signal } = context.interruption;
  signal.throwIfAborted();
  const { processorCount } = context;
  if (options.threads !== undefined && options.threads > processorCount)
    note(
      context,
      `llamella: --threads ${options.threads} is more than the ${processorCount} processors that can be used, and slower`,
    );
  using bar = createProgressBar(context);
  return await loadModel(reference, { ...options, onProgress: bar.onProgress, signal });
}
