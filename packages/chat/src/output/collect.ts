import type { OutputEvent } from './events.ts';

/** An answer as a message: what OpenAI's interface calls it, so that a template can write it again. */
export interface AssistantMessage {
  /** Always the assistant. */
  readonly role: 'assistant';
  /** The text of the answer, and that of calls that cannot be read. */
  readonly content: string;
  /** The reasoning before it, if there is any. */
  readonly reasoning_content?: string;
  /** The calls, in order, if there are any. */
  readonly tool_calls?: readonly {
    /** What the result of the call refers to. */
    readonly id: string;
    /** The only kind of call. */
    readonly type: 'function';
    /** What is called. */
    readonly function: {
      /** Name of the function. */
      readonly name: string;
      /** Its arguments by name. */
      readonly arguments: Readonly<Record<string, unknown>>;
    };
  }[];
  readonly [field: string]: unknown;
}

/** Joins events to the message that they are; the text of calls that cannot be read becomes content. */
export function collectMessage(events: Iterable<OutputEvent>): AssistantMessage {
  let content = '';
  let reasoning = '';
  const calls: NonNullable<AssistantMessage['tool_calls']>[number][] = [];
  for (const event of events) {
    if (event.type === 'text' || event.type === 'error') content += event.text;
    else if (event.type === 'reasoning') reasoning += event.text;
    else if (event.type === 'text-was-reasoning') {
      reasoning += content;
      content = '';
    } else if (event.type === 'tool-call-end')
      calls.push({
        id: event.id,
        type: 'function',
        function: { name: event.name, arguments: event.arguments },
      });
  }
  return {
    role: 'assistant',
    content,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}
