import { type GenerateOptions, InvalidArgumentError } from '@llamella/spec';
import { type Answer, answerDocument, collectAnswer, describeFinish } from '../answer.ts';
import type { CommandContext } from '../command-context.ts';
import { runDefaults } from '../defaults.ts';
import { type GenerationFlags, optionsWithoutEffect, toGenerateOptions } from '../generation-options.ts';
import { type GrammarFlags, readGrammar } from '../grammar-options.ts';
import { load } from '../load.ts';
import { type LoadFlags, toLoadOptions } from '../load-options.ts';
import { note, writeJson, writeResult } from '../output.ts';
import { readInput, withoutFinalLineBreak } from '../read-input.ts';

export interface RunFlags extends LoadFlags, GenerationFlags, GrammarFlags {
  prompt?: string;
  logprobs?: number;
  json?: boolean;
}

/** `run`: continues a text, without a chat template. */
export async function run(
  reference: string | undefined,
  flags: RunFlags,
  context: CommandContext,
): Promise<void> {
  if (flags.prompt === undefined)
    throw new InvalidArgumentError(
      '--prompt',
      'missing; give the text to continue, or "-" to read it from stdin',
    );
  if (flags.logprobs !== undefined && !flags.json)
    throw new InvalidArgumentError('--logprobs', 'only shown with --json');
  const prompt = flags.prompt === '-' ? withoutFinalLineBreak(await readInput(context)) : flags.prompt;
  if (prompt === '') throw new InvalidArgumentError('--prompt', 'the text is empty');
  const idle = optionsWithoutEffect(flags, runDefaults);
  if (idle.length > 0)
    note(context, `llamella: ${idle.join(', ')}: no effect at temperature 0, the default; set --temperature`);

  const { signal } = context.interruption;
  const options: GenerateOptions = {
    ...toGenerateOptions(flags, runDefaults),
    ...(flags.logprobs !== undefined && { logprobs: flags.logprobs }),
    signal,
  };
  const compileGrammar = await readGrammar(flags, context);
  await using model = await load(reference, toLoadOptions(flags), context);
  using grammar = compileGrammar?.(model);
  const onText = flags.json ? async () => {} : (text: string) => writeResult(context, text);
  const answer: Answer = await collectAnswer(
    model.generate(prompt, { ...options, ...(grammar && { grammar }) }),
    onText,
    signal,
  );
  if (flags.json) return await writeJson(context, answerDocument(model, answer));
  await writeResult(context, '\n');
  const finish = describeFinish(answer, model);
  if (finish) note(context, `llamella: ${finish}`);
}
