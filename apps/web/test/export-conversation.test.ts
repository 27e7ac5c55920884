import { describe, expect, test } from 'vitest';
import { titleFrom } from '../src/conversation/conversation-title.ts';
import { withMessage } from '../src/conversation/conversation-tree.ts';
import { exportFileName, toJson, toMarkdown } from '../src/conversation/export-conversation.ts';
import { newConversation, newMessage } from '../src/conversation/new-conversation.ts';
import { defaultSampling } from '../src/settings/sampling-settings.ts';

const question = newMessage('user', 'What is **this**?', null, 1);
const answer = { ...newMessage('assistant', 'A test.\n', question.id, 2), model: 'SmolLM2' };
const conversation = {
  ...withMessage(withMessage(newConversation(defaultSampling, 'Be brief.', 0), question, 1), answer, 2),
  title: 'What is this?',
};

describe('an export', () => {
  test('as Markdown has what is shown', () => {
    expect(toMarkdown(conversation)).toBe(
      '# What is this?\n\n## System prompt\n\nBe brief.\n\n## You\n\nWhat is **this**?\n\n## SmolLM2\n\nA test.\n',
    );
  });

  test('as JSON has everything', () => {
    expect(JSON.parse(toJson(conversation))).toEqual({
      format: 'llamella-conversation',
      version: 1,
      conversation,
    });
  });

  test.each([
    ['What is this?', 'what-is-this.md'],
    ['../../etc/passwd', 'etc-passwd.md'],
    ['…', 'conversation.md'],
    ['Über Größe', 'über-größe.md'],
  ])('of %j is a file of a harmless name', (title, name) => {
    expect(exportFileName(title, 'md')).toBe(name);
  });
});

test.each([
  ['  Hello\n there ', 'Hello there'],
  ['# A `heading`', 'A heading'],
  ['***', 'New conversation'],
  [
    'Compare tea and coffee in a table with everything that matters to people who drink both',
    'Compare tea and coffee in a table with everything that…',
  ],
  ['🙂'.repeat(80), `${'🙂'.repeat(60)}…`],
])('the title of %j is %j', (text, title) => {
  expect(titleFrom(text)).toBe(title);
});
