import type { OutputEvent } from './events.ts';

/** An answer as a message: what OpenAI's interface calls it, so that a template can write it again. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly type: 'function';
    readonly function: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
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
