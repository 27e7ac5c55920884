import type { Conversation, Message } from './conversation.ts';

/**
 * Brings together what two tabs did to one conversation: no message of either is lost, of two versions of a message the
 * later one counts, and everything else is as in the conversation that changed last.
 */
export function mergeConversations(stored: Conversation, mine: Conversation): Conversation {
  const latest = mine.updatedAt >= stored.updatedAt ? mine : stored;
  const messages: Record<string, Message> = { ...stored.messages };
  for (const message of Object.values(mine.messages)) {
    const other = messages[message.id];
    if (other === undefined || message.revision >= other.revision) messages[message.id] = message;
  }
  const other = latest === mine ? stored : mine;
  return { ...latest, messages, selected: { ...other.selected, ...latest.selected } };
}
