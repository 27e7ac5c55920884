import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ConversationDatabase,
  createMemoryDatabase,
  openConversationDatabase,
} from '../src/conversation/conversation-database.ts';
import {
  createConversationLibrary,
  type TabChannel,
  type TabMessage,
} from '../src/conversation/conversation-library.ts';
import { withMessage } from '../src/conversation/conversation-tree.ts';
import { newConversation, newMessage } from '../src/conversation/new-conversation.ts';
import { defaultSampling } from '../src/settings/sampling-settings.ts';

const makeNew = () => newConversation(defaultSampling, undefined);
let count = 0;

/** Tabs that tell each other what changed. */
function connect(tabs: number): TabChannel[] {
  const channels: TabChannel[] = Array.from({ length: tabs }, () => ({
    send: () => undefined,
    onReceive: undefined,
  }));
  for (const channel of channels)
    channel.send = (message: TabMessage) => {
      for (const other of channels) if (other !== channel) other.onReceive?.(message);
    };
  return channels;
}

describe.each([
  ['IndexedDB', () => openConversationDatabase(`test-${++count}`)],
  ['memory', async () => createMemoryDatabase()],
])('conversations in %s', (_, open: () => Promise<ConversationDatabase>) => {
  test('are kept as soon as something is said', async () => {
    const database = await open();
    const library = createConversationLibrary(database, makeNew);
    const { id } = library.current.get();
    library.change(id, (now) => ({ ...now, systemPrompt: 'Be brief.' }));
    await library.settled();
    expect(await database.list()).toEqual([]);
    library.change(id, (now) =>
      withMessage({ ...now, title: 'Hello' }, newMessage('user', 'Hello', null), 7),
    );
    await library.settled();
    expect(await database.list()).toEqual([{ id, title: 'Hello', updatedAt: 7 }]);
    const reloaded = createConversationLibrary(database, makeNew);
    expect(await reloaded.open(id)).toBe(true);
    expect(reloaded.current.get().systemPrompt).toBe('Be brief.');
    expect(await reloaded.open('unknown')).toBe(false);
  });

  test('are listed with the latest first', async () => {
    const library = createConversationLibrary(await open(), makeNew);
    for (const at of [5, 9, 7]) {
      library.start();
      library.change(library.current.get().id, (now) =>
        withMessage(now, newMessage('user', `${at}`, null), at),
      );
    }
    await library.settled();
    expect(library.summaries.get().map(({ updatedAt }) => updatedAt)).toEqual([9, 7, 5]);
  });

  test('are the same in two tabs that write at once', async () => {
    const database = await open();
    const [one, two] = connect(2).map((channel) => createConversationLibrary(database, makeNew, channel));
    const { id } = one!.current.get();
    const question = newMessage('user', 'Hello', null, 1);
    one!.change(id, (now) => withMessage(now, question, 1));
    await one!.settled();
    await two!.settled();
    expect(two!.summaries.get().map((summary) => summary.id)).toEqual([id]);
    await two!.open(id);
    const first = newMessage('assistant', 'from one', question.id, 2);
    const second = newMessage('assistant', 'from two', question.id, 3);
    one!.change(id, (now) => withMessage(now, first, 2));
    two!.change(id, (now) => withMessage(now, second, 3));
    for (let round = 0; round < 3; round++) await Promise.all([one!.settled(), two!.settled()]);
    for (const library of [one!, two!])
      expect(Object.keys(library.current.get().messages).sort()).toEqual(
        [question.id, first.id, second.id].sort(),
      );
  });

  test('stay removed while another tab still writes', async () => {
    const database = await open();
    const [one, two] = connect(2).map((channel) => createConversationLibrary(database, makeNew, channel));
    const { id } = one!.current.get();
    one!.change(id, (now) => withMessage(now, newMessage('user', 'Hello', null), 1));
    await one!.settled();
    await two!.settled();
    await two!.open(id);
    await one!.remove(id);
    two!.change(id, (now) => ({ ...now, title: 'Written too late' }));
    await two!.settled();
    expect(await database.list()).toEqual([]);
    expect(two!.current.get().id).not.toBe(id);
    expect(one!.current.get().id).not.toBe(id);
  });
});

describe('a browser that keeps nothing', () => {
  const database = createMemoryDatabase();
  const { save } = database;
  afterEach(() => {
    database.save = save;
  });

  test('is told of, and the conversation goes on', async () => {
    const library = createConversationLibrary(database, makeNew);
    const failure = new DOMException('full', 'QuotaExceededError');
    database.save = () => Promise.reject(failure);
    const { id } = library.current.get();
    library.change(id, (now) => withMessage(now, newMessage('user', 'Hello', null), 1));
    await library.settled();
    expect(library.failure.get()).toBe(failure);
    expect(Object.keys(library.current.get().messages)).toHaveLength(1);
    database.save = save;
    library.change(id, (now) => ({ ...now, title: 'Again', updatedAt: 2 }));
    await library.settled();
    expect(library.failure.get()).toBeUndefined();
    expect((await database.list())[0]?.title).toBe('Again');
  });
});
