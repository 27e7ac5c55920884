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
  const last = messages.at(-1) ?? {};
  const content = last[field];
  const where = `messages[${messages.length - 1}].${field}`;
  const index = Array.isArray(content)
    ? content.findLastIndex((part: unknown) => typeof (part as Message | null)?.text === 'string')
    : 0;
  const [parts, part] = Array.isArray(content) ? [content, content[index] as Message | undefined] : [];
  const text = parts ? part?.text : content;
  if (typeof text !== 'string')
    throw new InvalidArgumentError('continueFinalMessage', `there is no text in ${where}`);
  const fields = REASONING.includes(field) ? REASONING.filter((name) => last[name] === content) : [field];
  const marked = parts ? parts.with(index, { ...part, text: text + MARK }) : text + MARK;
  return {
    messages: [
      ...messages.slice(0, -1),
      { ...last, ...Object.fromEntries(fields.map((name) => [name, marked])) },
    ],
    cut: (prompt) => {
      const end = prompt.lastIndexOf(MARK.trim());
      if (end < 0 || !prompt.includes(text.trim()))
        throw new InvalidArgumentError(
          'continueFinalMessage',
          `this template does not write ${where} as it is`,
        );
      const before = prompt.slice(0, end);
      return prompt.startsWith(MARK, end) ? before : before.trimEnd();
    },
  };
}
