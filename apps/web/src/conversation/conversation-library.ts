import { type MutableObservable, type Observable, observable } from '../platform/observable.ts';
import type { Conversation, ConversationSummary } from './conversation.ts';
import type { ConversationDatabase } from './conversation-database.ts';
import { mergeConversations } from './merge-conversations.ts';

/** Tells other tabs what changed. */
export interface TabChannel {
  send(message: TabMessage): void;
  /** Called for what other tabs tell. */
  onReceive: ((message: TabMessage) => void) | undefined;
}

/** What tabs tell each other. */
export interface TabMessage {
  readonly kind: 'changed' | 'removed';
  readonly id: string;
}

/** The conversations of this browser, as this tab sees them. */
export interface ConversationLibrary {
  /** Latest first. */
  readonly summaries: Observable<readonly ConversationSummary[]>;
  /** The one that is shown. */
  readonly current: Observable<Conversation>;
  /** Why nothing is kept, if so. */
  readonly failure: Observable<unknown>;
  /** Shows a conversation that is kept. @returns whether there is one */
  open(id: string): Promise<boolean>;
  /** Shows a new one, which is kept as soon as it has a message. */
  start(): void;
  /** Of those that are shown or being changed. */
  get(id: string): Conversation | undefined;
  /** Changes a conversation at once, and keeps it in the background. */
  change(id: string, edit: (conversation: Conversation) => Conversation): void;
  /** Removes a conversation; a new one is shown in its place. */
  remove(id: string): Promise<void>;
  /** Looks for what other tabs did. */
  refresh(): Promise<void>;
  /** Waits until everything is kept. */
  settled(): Promise<void>;
}

/** Keeps `current`, its list and the database in step; see {@link ConversationLibrary}. */
export function createConversationLibrary(
  database: ConversationDatabase,
  makeNew: () => Conversation,
  channel?: TabChannel,
): ConversationLibrary {
  const summaries: MutableObservable<readonly ConversationSummary[]> = observable<
    readonly ConversationSummary[]
  >([]);
  const current = observable(makeNew());
  const failure = observable<unknown>(undefined);
  const open = new Map<string, Conversation>([[current.get().id, current.get()]]);
  const stored = new Set<string>();
  const removed = new Set<string>();
  let saving: Promise<void> = Promise.resolve();
  const waiting = new Set<string>();

  const show = (conversation: Conversation) => {
    open.set(conversation.id, conversation);
    if (current.get().id === conversation.id) current.set(conversation);
  };
  const start = () => {
    const conversation = makeNew();
    open.set(conversation.id, conversation);
    current.set(conversation);
  };
  const inBackground = (work: () => Promise<void>): Promise<void> => {
    saving = saving.then(work).then(
      () => failure.set(undefined),
      (error) => failure.set(error),
    );
    return saving;
  };
  const list = async () => {
    const found = await database.list();
    for (const { id } of found) stored.add(id);
    summaries.set(found);
  };
  const save = (id: string) => {
    // One pass keeps the latest version, however many changes are waiting for it.
    if (waiting.has(id)) return;
    waiting.add(id);
    void inBackground(async () => {
      waiting.delete(id);
      const mine = open.get(id);
      if (mine === undefined || removed.has(id)) return;
      const kept = await database.save(mine, !stored.has(id));
      if (kept === undefined) return forget(id);
      stored.add(id);
      const now = open.get(id);
      if (now && Object.keys(kept.messages).length > Object.keys(now.messages).length)
        show(mergeConversations(kept, now));
      channel?.send({ kind: 'changed', id });
      await list();
    });
  };
  const forget = (id: string) => {
    removed.add(id);
    open.delete(id);
    summaries.set(summaries.get().filter((summary) => summary.id !== id));
    if (current.get().id === id) start();
  };
  const reread = async (id: string) => {
    const mine = open.get(id);
    if (mine === undefined || !stored.has(id)) return;
    const found = await database.read(id);
    if (found === undefined) forget(id);
    else show(mergeConversations(found, open.get(id) ?? mine));
  };

  if (channel)
    channel.onReceive = (data) => {
      if (data.kind === 'removed') forget(data.id);
      else void inBackground(() => Promise.all([list(), reread(data.id)]).then(() => undefined));
    };

  return {
    summaries,
    current,
    failure,
    async open(id) {
      const found =
        open.get(id) ??
        (await database.read(id).catch((error: unknown) => {
          failure.set(error);
          return undefined;
        }));
      if (found === undefined || removed.has(id)) return false;
      open.set(id, found);
      current.set(found);
      return true;
    },
    start,
    get: (id) => open.get(id),
    change(id, edit) {
      const before = open.get(id);
      if (before === undefined) return;
      const after = edit(before);
      if (after === before) return;
      show(after);
      if (stored.has(id) || Object.keys(after.messages).length > 0) save(id);
    },
    async remove(id) {
      forget(id);
      await inBackground(async () => {
        await database.remove(id);
        channel?.send({ kind: 'removed', id });
      });
    },
    refresh: () =>
      inBackground(async () => {
        await list();
        await reread(current.get().id);
      }),
    settled: () => saving,
  };
}
