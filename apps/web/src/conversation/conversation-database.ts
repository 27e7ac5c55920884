import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Conversation, ConversationSummary } from './conversation.ts';
import { mergeConversations } from './merge-conversations.ts';

/** Where conversations are kept. */
export interface ConversationDatabase {
  /** Latest first. */
  list(): Promise<ConversationSummary[]>;
  read(id: string): Promise<Conversation | undefined>;
  /**
   * Keeps a conversation, together with what other tabs did to it.
   *
   * @param isNew `false`: it was kept before, so that it stays away when it was removed meanwhile
   * @returns what is kept now, or `undefined` when it was removed
   */
  save(conversation: Conversation, isNew: boolean): Promise<Conversation | undefined>;
  remove(id: string): Promise<void>;
}

interface Schema extends DBSchema {
  conversations: { key: string; value: Conversation };
  summaries: { key: string; value: ConversationSummary };
}

/** Opens the conversations of this browser. @throws {DOMException} when it keeps none, as in some private windows */
export async function openConversationDatabase(
  name = 'llamella-conversations',
): Promise<ConversationDatabase> {
  const database: IDBPDatabase<Schema> = await openDB<Schema>(name, 1, {
    upgrade(created) {
      created.createObjectStore('conversations', { keyPath: 'id' });
      created.createObjectStore('summaries', { keyPath: 'id' });
    },
    // A later version of the page, in another tab, must not have to wait for this one.
    blocking: () => database.close(),
  });
  const change = () => database.transaction(['conversations', 'summaries'], 'readwrite');
  return {
    async list() {
      const summaries = await database.getAll('summaries');
      return summaries.sort((a, b) => b.updatedAt - a.updatedAt);
    },
    read: (id) => database.get('conversations', id),
    async save(conversation, isNew) {
      const transaction = change();
      const stored = await transaction.objectStore('conversations').get(conversation.id);
      const kept = stored ? mergeConversations(stored, conversation) : isNew ? conversation : undefined;
      if (kept) {
        const { id, title, updatedAt } = kept;
        await transaction.objectStore('conversations').put(kept);
        await transaction.objectStore('summaries').put({ id, title, updatedAt });
      }
      await transaction.done;
      return kept;
    },
    async remove(id) {
      const transaction = change();
      await transaction.objectStore('conversations').delete(id);
      await transaction.objectStore('summaries').delete(id);
      await transaction.done;
    },
  };
}

/** Keeps conversations until the page is closed. */
export function createMemoryDatabase(): ConversationDatabase {
  const kept = new Map<string, Conversation>();
  return {
    list: async () =>
      [...kept.values()]
        .map(({ id, title, updatedAt }) => ({ id, title, updatedAt }))
        .sort((a, b) => b.updatedAt - a.updatedAt),
    read: async (id) => kept.get(id),
    async save(conversation, isNew) {
      const stored = kept.get(conversation.id);
      if (!stored && !isNew) return undefined;
      const merged = stored ? mergeConversations(stored, conversation) : conversation;
      kept.set(merged.id, merged);
      return merged;
    },
    async remove(id) {
      kept.delete(id);
    },
  };
}
