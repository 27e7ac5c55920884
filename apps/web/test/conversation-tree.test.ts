import { describe, expect, test } from 'vitest';
import type { Conversation, Message } from '../src/conversation/conversation.ts';
import {
  pathTo,
  siblings,
  systemPromptFor,
  toChatMessages,
  visibleMessages,
  withMessage,
  withSelected,
  withVersion,
} from '../src/conversation/conversation-tree.ts';
import { mergeConversations } from '../src/conversation/merge-conversations.ts';
import { newConversation } from '../src/conversation/new-conversation.ts';
import { defaultSampling } from '../src/settings/sampling-settings.ts';

let clock = 0;

function message(id: string, parent: string | null, role: Message['role'] = 'user'): Message {
  clock++;
  return { id, parent, role, content: `text of ${id}`, createdAt: clock, revision: 0 };
}

function grow(...messages: readonly Message[]): Conversation {
  const empty = newConversation(defaultSampling, undefined, 0);
  return messages.reduce((now, added) => withMessage(now, added, added.createdAt), empty);
}

const ids = (messages: readonly Message[]) => messages.map(({ id }) => id);

describe('a conversation', () => {
  const q1 = message('q1', null);
  const a1 = message('a1', 'q1', 'assistant');
  const q2 = message('q2', 'a1');
  const a2 = message('a2', 'q2', 'assistant');

  test('shows its messages from the first one on', () => {
    expect(ids(visibleMessages(grow(q1, a1, q2, a2)))).toEqual(['q1', 'a1', 'q2', 'a2']);
    expect(visibleMessages(grow())).toEqual([]);
  });

  test('goes on from an edited message, and keeps what was there', () => {
    const edited = message('q1b', null);
    const answer = message('a1b', 'q1b', 'assistant');
    const now = grow(q1, a1, q2, a2, edited, answer);
    expect(ids(visibleMessages(now))).toEqual(['q1b', 'a1b']);
    expect(ids(siblings(now, null))).toEqual(['q1', 'q1b']);
    expect(ids(visibleMessages(withSelected(now, q1)))).toEqual(['q1', 'a1', 'q2', 'a2']);
  });

  test('shows the latest of several answers, and any other that is chosen', () => {
    const again = message('a2b', 'q2', 'assistant');
    const now = grow(q1, a1, q2, a2, again);
    expect(ids(visibleMessages(now))).toEqual(['q1', 'a1', 'q2', 'a2b']);
    expect(ids(visibleMessages(withSelected(now, a2)))).toEqual(['q1', 'a1', 'q2', 'a2']);
  });

  test('shows something when what is selected is not there', () => {
    const now = { ...grow(q1, a1), selected: { '': 'gone', q1: 'gone' } };
    expect(ids(visibleMessages(now))).toEqual(['q1', 'a1']);
  });

  test('takes a new version of a message without showing its branch', () => {
    const again = message('a1b', 'q1', 'assistant');
    const now = withVersion(grow(q1, a1, again), { ...a1, content: 'more', revision: 1 }, 99);
    expect(ids(visibleMessages(now))).toEqual(['q1', 'a1b']);
    expect(now.messages.a1?.content).toBe('more');
    expect(now.updatedAt).toBe(99);
  });

  test('gives the path to a message, and ends where a damaged one goes in a circle', () => {
    expect(ids(pathTo(grow(q1, a1, q2), 'q2'))).toEqual(['q1', 'a1', 'q2']);
    expect(pathTo(grow(q1), null)).toEqual([]);
    const circle = grow({ ...q1, parent: 'a1' }, a1);
    expect(ids(pathTo(circle, 'a1'))).toEqual(['q1', 'a1']);
    expect(visibleMessages(circle)).toEqual([]);
  });

  test('is told to a model with its system prompt and without empty answers', () => {
    const silent = { ...a1, content: '' };
    expect(toChatMessages([q1, silent, q2], 'Be brief.')).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'text of q1' },
      { role: 'user', content: 'text of q2' },
    ]);
    expect(toChatMessages([q1], '')[0]).toEqual({ role: 'system', content: '' });
    expect(toChatMessages([q1], undefined)).toEqual([{ role: 'user', content: 'text of q1' }]);
  });

  test.each([
    [undefined, undefined, undefined],
    [undefined, 'Be kind.', undefined],
    ['Be brief.', 'Be kind.', 'Be brief.'],
    ['', 'Be kind.', ''],
    ['', undefined, undefined],
    ['', '', ''],
  ])('of the chosen system prompt %j and the recommended %j it is told %j', (chosen, recommended, told) => {
    expect(systemPromptFor(chosen, recommended)).toBe(told);
  });
});

describe('two tabs', () => {
  const q1 = message('q1', null);
  const base = grow(q1);

  test('lose no message of either', () => {
    const mine = withMessage(base, message('mine', 'q1', 'assistant'), 10);
    const theirs = withMessage(base, message('theirs', 'q1', 'assistant'), 20);
    for (const merged of [mergeConversations(mine, theirs), mergeConversations(theirs, mine)]) {
      expect(Object.keys(merged.messages).sort()).toEqual(['mine', 'q1', 'theirs']);
      expect(merged.selected.q1).toBe('theirs');
      expect(merged.updatedAt).toBe(20);
    }
  });

  test('keep the later version of a message, whichever tab changed last', () => {
    const answer = message('a', 'q1', 'assistant');
    const early = { ...withMessage(base, { ...answer, content: 'Par', revision: 1 }, 10), title: 'Renamed' };
    const late = withMessage(base, { ...answer, content: 'Paris', revision: 2, end: 'stop' as const }, 5);
    for (const merged of [mergeConversations(early, late), mergeConversations(late, early)]) {
      expect(merged.messages.a?.content).toBe('Paris');
      expect(merged.title).toBe('Renamed');
    }
  });
});
