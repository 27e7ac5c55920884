import { InvalidArgumentError } from '@llamella/spec';

type Message = Record<string, unknown>;

/** Names under which messages carry reasoning; the first is what templates read most. */
const REASONING = ['reasoning_content', 'thinking', 'reasoning'];
const MARK = 'CONTINUE_FINAL_MESSAGE_TAG ';

/** Gives a message's reasoning all the names that templates read, as transformers 5.23 does. */
export function nameReasoning(message: Message): Message {
  const reasoning = REASONING.map((name) => message[name]).find(
    (value) => value !== undefined && value !== null,
  );
  return reasoning === undefined
    ? message
    : { thinking: reasoning, ...message, reasoning_content: reasoning };
}

/**
 * Marks the end of the last message's text.
 *
 * @param field `content`, or another field that holds a text
 * @returns the marked messages, and a function that cuts a prompt at the mark
 * @throws {InvalidArgumentError} when there is no text to go on with
 */
export function markFinalMessage(
  messages: readonly Message[],
  field: string,
): { messages: Message[]; cut(prompt: string): string } {
  const last = messages.at(-1);
  const content = last?.[field];
  const where = `messages[${messages.length - 1}].${field}`;
  if (last === undefined || content === undefined || content === null)
    throw new InvalidArgumentError(
      'continueFinalMessage',
      `there is no ${last ? where : 'message'} to go on with`,
    );
  let text: unknown = content;
  let marked: Message;
  if (Array.isArray(content)) {
    const index = content.findLastIndex(
      (part: unknown) => typeof (part as Message | null)?.text === 'string',
    );
    if (index < 0) throw new InvalidArgumentError('continueFinalMessage', `${where} has no part with a text`);
    text = (content[index] as Message).text;
    marked = { ...last, [field]: content.with(index, { ...(content[index] as Message), text: text + MARK }) };
  } else {
    if (typeof content !== 'string')
      throw new InvalidArgumentError('continueFinalMessage', `${where} must be a text`);
    const fields = REASONING.includes(field) ? REASONING.filter((name) => last[name] === content) : [field];
    marked = { ...last, ...Object.fromEntries(fields.map((name) => [name, content + MARK])) };
  }
  return {
    messages: [...messages.slice(0, -1), marked],
    cut: (prompt) => cutAt(prompt, text as string, where),
  };
}

function cutAt(prompt: string, text: string, where: string): string {
  const index = prompt.lastIndexOf(MARK.trim());
  if (index < 0 || !prompt.includes(text.trim()))
    throw new InvalidArgumentError(
      'continueFinalMessage',
      `this template does not write ${where} as it is, so there is no place to go on from`,
    );
  const before = prompt.slice(0, index);
  return prompt.startsWith(MARK, index) ? before : before.trimEnd();
}
