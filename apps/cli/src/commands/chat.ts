import { type ChatMessage, type GenerateOptions, InvalidArgumentError } from '@llamella/spec';
import { answerDocument, collectAnswer, describeFinish } from '../answer.ts';
import { parseChatArguments } from '../chat-arguments.ts';
import type { CommandContext } from '../command-context.ts';
import { chatDefaults } from '../defaults.ts';
import { type GenerationFlags, toGenerateOptions } from '../generation-options.ts';
import { type CompileGrammar, type GrammarFlags, readGrammar } from '../grammar-options.ts';
import { load } from '../load.ts';
import { type LoadFlags, toLoadOptions } from '../load-options.ts';
import { note, writeJson, writeResult } from '../output.ts';
import { readInput, withoutFinalLineBreak } from '../read-input.ts';

export interface ChatFlags extends LoadFlags, GenerationFlags, GrammarFlags {
  system?: string;
  json?: boolean;
}

/** `chat`: answers one message and ends, or talks until the user leaves. */
export async function chat(
  positionals: readonly string[],
  flags: ChatFlags,
  context: CommandContext,
): Promise<void> {
  const { model: reference, message } = parseChatArguments(positionals, (path) => context.pathExists(path));
  const options = toGenerateOptions(flags, chatDefaults);
  const compileGrammar = await readGrammar(flags, context);
  if (message === undefined && context.stdin.isTTY) {
    if (flags.json) throw new InvalidArgumentError('--json', 'needs a message, as an argument or on stdin');
    const { chatInteractively } = await import('../chat/interactive-chat.ts');
    await using model = await load(reference, toLoadOptions(flags), context);
    using grammar = compileGrammar?.(model);
    const all = { ...options, ...(grammar && { grammar }) };
    return await chatInteractively(model, flags.system, all, context);
  }
  const question = message ?? withoutFinalLineBreak(await readInput(context));
  if (question.trim() === '')
    throw new InvalidArgumentError('message', `${message === undefined ? 'stdin' : 'the text'} is empty`);
  await answerOnce(question, reference, flags, { options, compileGrammar }, context);
}

async function answerOnce(
  question: string,
  reference: string | undefined,
  flags: ChatFlags,
  generation: { readonly options: GenerateOptions; readonly compileGrammar: CompileGrammar | undefined },
  context: CommandContext,
): Promise<void> {
  const { signal } = context.interruption;
  await using model = await load(reference, toLoadOptions(flags), context);
  using grammar = generation.compileGrammar?.(model);
  const options = { ...generation.options, ...(grammar && { grammar }), signal };
  const messages: ChatMessage[] = [{ role: 'user', content: question }];
  if (flags.system !== undefined) messages.unshift({ role: 'system', content: flags.system });
  const onText = flags.json ? async () => {} : (text: string) => writeResult(context, text);
  const answer = await collectAnswer(model.chat(messages, options), onText, signal);
  if (flags.json) return await writeJson(context, answerDocument(model, answer));
  await writeResult(context, '\n');
  const finish = describeFinish(answer, model);
  if (finish) note(context, `llamella: ${finish}`);
}
