import { type GenerateOptions, LlamellaError } from '@llamella/spec';
import { collectAnswer, describeFinish } from '../answer.ts';
import { type Colors, createColors } from '../colors.ts';
import type { CommandContext } from '../command-context.ts';
import type { LoadedModel } from '../llamella.ts';
import { note, write } from '../output.ts';
import { toPrintable } from '../printable.ts';
import { layoutWidth } from '../table.ts';
import { Conversation } from './conversation.ts';
import { HistoryFile, historyPath, mostHistoryLines } from './history-file.ts';
import { LinePrompt } from './line-prompt.ts';
import { type ChatState, runSlashCommand } from './slash-commands.ts';

interface ChatSession extends ChatState {
  readonly prompt: LinePrompt;
  readonly options: GenerateOptions;
  readonly colors: Colors;
  readonly context: CommandContext;
}

/**
 * Talks on a terminal until the user leaves. The prompt goes to stdout, or to stderr when stdout is not a terminal,
 * so that stdout then carries the answers only.
 */
export async function chatInteractively(
  model: LoadedModel,
  system: string | undefined,
  options: GenerateOptions,
  context: CommandContext,
): Promise<void> {
  const screen = context.stdout.isTTY ? context.stdout : context.stderr;
  const colors = createColors(screen, context.environment);
  const history = new HistoryFile(historyPath(context));
  const lines = await history.read();
  const conversation = new Conversation(system);
  const show = (text: string) => screen.write(`${toPrintable(text)}\n`);
  show(`${model.name} on ${model.device}, ${model.contextLength} tokens of context. /help for help.`);
  using prompt = new LinePrompt({
    input: context.stdin,
    output: screen,
    prompt: colors.bold(colors.green('> ')),
    continuation: colors.dim('… '),
    history: lines,
    historySize: mostHistoryLines,
    onHistoryLine: (line) => history.append(line),
  });
  using _ = context.interruption.takeOver(() => prompt.interrupt());
  const savedFiles = new Set<string>();
  const { homeFolder } = context;
  try {
    for (;;) {
      const line = await prompt.read(context.interruption.signal);
      if (line === undefined) break;
      if (line.trim() === '') continue;
      const width = layoutWidth(screen);
      const session = {
        model,
        conversation,
        homeFolder,
        width,
        savedFiles,
        prompt,
        options,
        colors,
        context,
      };
      if (!line.startsWith('/')) await answer(line, session);
      else {
        const result = await runSlashCommand(line, session);
        if (result === 'exit') break;
        show(result.text);
      }
    }
  } finally {
    await history.flush();
  }
  if (history.failure) note(context, `llamella: the history was not saved: ${history.failure.message}`);
}

async function answer(question: string, session: ChatSession): Promise<void> {
  const { conversation, prompt, context, model, colors } = session;
  const { stdout, stderr } = context;
  const stopped = new AbortController();
  prompt.onInterrupt = () => stopped.abort(new Error('stopped by the user'));
  const ended = context.interruption.signal;
  const signal = AbortSignal.any([ended, stopped.signal]);
  const remark = (text: string) =>
    (stdout.isTTY ? stdout : stderr).write(`${colors.dim(toPrintable(text))}\n`);
  let text = '';
  conversation.addQuestion(question);
  try {
    const onText = async (piece: string) => {
      text += piece;
      await write(stdout, stdout.isTTY ? toPrintable(piece) : piece, signal);
    };
    const parts = model.chat(conversation.messages, { ...session.options, signal });
    conversation.lastAnswer = await collectAnswer(parts, onText, signal);
    if (!stdout.isTTY || !text.endsWith('\n')) await write(stdout, '\n', ended);
    const finish = describeFinish(conversation.lastAnswer, model);
    const isFull = conversation.lastAnswer.finishReason === 'context-full';
    if (finish) remark(`[${finish}${isFull ? '; /clear starts a new conversation' : ''}]`);
  } catch (error) {
    ended.throwIfAborted();
    if (text !== '' && !text.endsWith('\n')) await write(stdout, '\n', ended);
    if (stopped.signal.aborted) remark('[stopped]');
    else if (LlamellaError.isInstance(error) && error.code === 'context-full')
      remark(
        `The conversation no longer fits the context of ${model.contextLength} tokens. ` +
          '/clear starts a new one; /save FILE keeps this one.',
      );
    else remark(`The answer failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    prompt.onInterrupt = undefined;
    conversation.addAnswer(text);
  }
}
