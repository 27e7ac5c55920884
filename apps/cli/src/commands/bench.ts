import { InvalidArgumentError } from '@llamella/spec';
import { collectAnswer } from '../answer.ts';
import { createBenchPrompt } from '../bench-prompt.ts';
import type { CommandContext } from '../command-context.ts';
import { formatBytes, formatMilliseconds, formatRate, perSecond } from '../format.ts';
import type { LoadedModel } from '../llamella.ts';
import { load } from '../load.ts';
import { type LoadFlags, toLoadOptions } from '../load-options.ts';
import { writeJson, writeResult } from '../output.ts';
import { type Spread, spread } from '../statistics.ts';
import { layoutWidth, renderFields } from '../table.ts';

export interface BenchFlags extends LoadFlags {
  promptTokens: number;
  generate: number;
  repeat: number;
  json?: boolean;
}

interface BenchRun {
  readonly prefillTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
}

/** `bench`: speed of prompt and generation, time to load, memory. */
export async function bench(
  reference: string | undefined,
  flags: BenchFlags,
  context: CommandContext,
): Promise<void> {
  await using model = await load(reference, toLoadOptions(flags), context);
  const { contextLength } = model;
  const { promptTokens, generate, repeat } = flags;
  if (promptTokens + generate > contextLength)
    throw new InvalidArgumentError(
      '--prompt-tokens',
      `${promptTokens} + --generate ${generate} do not fit the context of ${contextLength} tokens`,
    );
  await measure(model, Math.min(promptTokens, 32), 2, 0, context);
  const runs: BenchRun[] = [];
  for (let i = 1; i <= repeat; i++) runs.push(await measure(model, promptTokens, generate, i, context));
  const prefillTokensPerSecond = spread(runs.map((run) => run.prefillTokensPerSecond));
  const decodeTokensPerSecond = spread(runs.map((run) => run.decodeTokensPerSecond));
  const memory = context.measureMemory();
  const { name, device, loadMs } = model;
  if (flags.json)
    return await writeJson(context, {
      ...{ model: name, device, promptTokens, generatedTokens: generate, repeat, loadMs },
      ...{ prefillTokensPerSecond, decodeTokensPerSecond, ...memory, runs },
    });
  const fields = [
    ['Model', `${name} on ${device}`],
    ['Load', formatMilliseconds(loadMs)],
    [`Prefill ${promptTokens}`, describe(prefillTokensPerSecond)],
    [`Decode ${generate}`, describe(decodeTokensPerSecond)],
    [
      'Memory',
      `${formatBytes(memory.residentBytes)} resident, ${formatBytes(memory.peakResidentBytes)} at most`,
    ],
  ] as const;
  await writeResult(context, renderFields(fields, layoutWidth(context.stdout)));
}

async function measure(
  model: LoadedModel,
  promptTokens: number,
  generate: number,
  seed: number,
  context: CommandContext,
): Promise<BenchRun> {
  const { signal } = context.interruption;
  const prompt = createBenchPrompt(model.tokenizer, promptTokens, seed);
  const parts = model.generate(prompt, {
    ...{ maxTokens: generate, temperature: 0, ignoreEndOfGeneration: true, signal },
  });
  const { timings } = await collectAnswer(parts, async () => {}, signal);
  return {
    prefillTokensPerSecond: perSecond(timings.promptTokens - timings.cachedTokens, timings.promptMs) ?? 0,
    decodeTokensPerSecond: perSecond(timings.generatedTokens - 1, timings.generateMs) ?? 0,
  };
}

function describe({ median, min, max }: Spread): string {
  return `${formatRate(median)} (min ${min.toFixed(1)}, max ${max.toFixed(1)})`;
}
