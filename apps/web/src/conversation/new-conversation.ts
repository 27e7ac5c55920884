import { newId } from '../platform/new-id.ts';
import type { SamplingSettings } from '../settings/sampling-settings.ts';
import type { Conversation, Message } from './conversation.ts';

/** An empty conversation. */
export function newConversation(
  sampling: SamplingSettings,
  systemPrompt: string | undefined,
  now: number = Date.now(),
): Conversation {
  return {
    id: newId(),
    title: 'New conversation',
    isNamed: false,
    createdAt: now,
    updatedAt: now,
    ...(systemPrompt !== undefined && { systemPrompt }),
    sampling,
    messages: {},
    selected: {},
  };
}

/** A message that follows another. */
export function newMessage(
  role: Message['role'],
  content: string,
  parent: string | null,
  now: number = Date.now(),
): Message {
  return { id: newId(), parent, role, content, createdAt: now, revision: 0 };
}
