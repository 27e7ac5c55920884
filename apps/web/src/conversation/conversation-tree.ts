import type { ChatMessage } from '@llamella/spec';
import type { Conversation, Message } from './conversation.ts';

/** Messages that answer to the same message, oldest first. */
export function siblings(conversation: Conversation, parent: string | null): Message[] {
  return Object.values(conversation.messages)
    .filter((message) => message.parent === parent)
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** The messages that are shown: from the first one down the selected branches. */
export function visibleMessages(conversation: Conversation): Message[] {
  const children = new Map<string, Message[]>();
  for (const message of Object.values(conversation.messages)) {
    const key = message.parent ?? '';
    const list = children.get(key);
    if (list) list.push(message);
    else children.set(key, [message]);
  }
  const shown: Message[] = [];
  let key = '';
  for (;;) {
    const candidates = children.get(key);
    if (candidates === undefined) return shown;
    children.delete(key);
    const chosen = conversation.selected[key];
    const next = candidates.find(({ id }) => id === chosen) ?? latest(candidates);
    shown.push(next);
    key = next.id;
  }
}

function latest(messages: readonly Message[]): Message {
  return messages.reduce((a, b) => (b.createdAt >= a.createdAt ? b : a));
}

/** Adds a message, or puts a new version of it into its place, and shows it. */
export function withMessage(conversation: Conversation, message: Message, now: number): Conversation {
  return {
    ...conversation,
    updatedAt: now,
    messages: { ...conversation.messages, [message.id]: message },
    selected: { ...conversation.selected, [message.parent ?? '']: message.id },
  };
}

/** Puts a new version of a message into its place, without showing it. */
export function withVersion(conversation: Conversation, message: Message, now: number): Conversation {
  return {
    ...conversation,
    updatedAt: now,
    messages: { ...conversation.messages, [message.id]: message },
  };
}

/** Shows the branch that goes through a message. */
export function withSelected(conversation: Conversation, { id, parent }: Message): Conversation {
  return { ...conversation, selected: { ...conversation.selected, [parent ?? '']: id } };
}

/** A message and all before it, first one first. */
export function pathTo(conversation: Conversation, id: string | null): Message[] {
  const path: Message[] = [];
  const seen = new Set<string>();
  for (let at = id; at !== null && !seen.has(at); ) {
    const message = conversation.messages[at];
    if (message === undefined) break;
    seen.add(at);
    path.unshift(message);
    at = message.parent;
  }
  return path;
}

/**
 * The system prompt for a model. An empty one is given to those models only that recommend one, whose templates know
 * system prompts: others may refuse any.
 *
 * @param chosen by the user; `undefined` leaves it to the model
 */
export function systemPromptFor(
  chosen: string | undefined,
  recommended: string | undefined,
): string | undefined {
  return chosen === '' && recommended === undefined ? undefined : chosen;
}

/** What a model is given: the system prompt, if any, and the messages. Answers that are empty are left out. */
export function toChatMessages(path: readonly Message[], systemPrompt: string | undefined): ChatMessage[] {
  const said = path
    .filter(({ role, content }) => role === 'user' || content !== '')
    .map(({ role, content }): ChatMessage => ({ role, content }));
  return systemPrompt !== undefined ? [{ role: 'system', content: systemPrompt }, ...said] : said;
}
