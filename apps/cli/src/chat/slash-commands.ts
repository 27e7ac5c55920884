import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatMilliseconds, formatRate, perSecond } from '../format.ts';
import type { LoadedModel } from '../llamella.ts';
import { renderFields } from '../table.ts';
import type { Conversation } from './conversation.ts';

/** What a `/command` may look at and change. */
export interface ChatState {
  readonly model: LoadedModel;
  readonly conversation: Conversation;
  readonly homeFolder: string;
  /** Columns to lay out for. */
  readonly width: number;
  /** Files that this session wrote, which `/save` may replace. */
  readonly savedFiles: Set<string>;
}

/** Text to show, or `exit`. */
export type SlashResult = { readonly text: string } | 'exit';

const help: readonly (readonly [string, string])[] = [
  ['/help', 'this list'],
  ['/clear', 'forget the conversation'],
  ['/system TEXT', 'set the instructions to the model; without TEXT show them, with "-" remove them'],
  ['/save FILE', 'write the conversation to a new JSON file'],
  ['/stats', 'speed and context use of the last answer'],
  ['/exit', 'leave (also Ctrl-D)'],
  ['Ctrl-C', 'stop the answer'],
];

/** Runs a line that begins with `/`. Wrong use gives a text that says so. */
export async function runSlashCommand(line: string, state: ChatState): Promise<SlashResult> {
  const [, name = '', argument = ''] = /^(\S+)\s*([\s\S]*?)\s*$/.exec(line) ?? [];
  switch (name) {
    case '/help':
      return { text: renderFields(help, state.width).trimEnd() };
    case '/clear':
      state.conversation.clear();
      return { text: 'The conversation is forgotten.' };
    case '/system':
      return { text: setSystem(argument, state.conversation) };
    case '/save':
      return { text: await save(argument, state) };
    case '/stats':
      return { text: describeStats(state) };
    case '/exit':
      return 'exit';
    default:
      return {
        text: `Unknown command ${name}. /help lists the commands; a message that starts with "/" needs a space before it.`,
      };
  }
}

function setSystem(text: string, conversation: Conversation): string {
  if (text === '')
    return conversation.system ? `Instructions: ${conversation.system}` : 'No instructions are set.';
  conversation.system = text === '-' ? undefined : text;
  return text === '-' ? 'The instructions are removed.' : 'The instructions are set.';
}

async function save(
  file: string,
  { model, conversation, homeFolder, savedFiles }: ChatState,
): Promise<string> {
  if (file === '') return 'Give a file name: /save FILE';
  const path = file.startsWith('~/') ? join(homeFolder, file.slice(2)) : file;
  const document = { model: model.name, messages: conversation.messages };
  try {
    await writeFile(path, `${JSON.stringify(document, null, 2)}\n`, {
      flag: savedFiles.has(path) ? 'w' : 'wx',
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'EEXIST' ? `${path} exists; give another name.` : `Not saved: ${message}`;
  }
  savedFiles.add(path);
  return `Saved to ${path}`;
}

function describeStats({ model, conversation, width }: ChatState): string {
  const answer = conversation.lastAnswer;
  if (!answer) return 'No answer yet.';
  const { timings } = answer;
  const { promptTokens, cachedTokens, promptMs, firstTokenMs, generatedTokens, generateMs } = timings;
  const fields = [
    ['Model', `${model.name} on ${model.device}, loaded in ${formatMilliseconds(model.loadMs)}`],
    ['Prompt', `${promptTokens} tokens, ${cachedTokens} of them cached`],
    ['Prefill', formatRate(perSecond(promptTokens - cachedTokens, promptMs))],
    ['First token', formatMilliseconds(firstTokenMs)],
    ['Answer', `${generatedTokens} tokens`],
    ['Decode', formatRate(generatedTokens > 1 ? perSecond(generatedTokens - 1, generateMs) : undefined)],
    ['Context', `${promptTokens + generatedTokens} of ${model.contextLength} tokens used`],
  ] as const;
  return renderFields(fields, width).trimEnd();
}
