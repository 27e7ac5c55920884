import type { Conversation } from './conversation.ts';
import { visibleMessages } from './conversation-tree.ts';

/** What the JSON export is called, for programs that read it. */
export const exportFormat = 'llamella-conversation';

/** Everything, with all branches. */
export function toJson(conversation: Conversation): string {
  return `${JSON.stringify({ format: exportFormat, version: 1, conversation }, undefined, 2)}\n`;
}

/** The messages that are shown, to be read by people. */
export function toMarkdown(conversation: Conversation): string {
  const sections = [`# ${conversation.title.replaceAll(/\s+/g, ' ')}`];
  if (conversation.systemPrompt) sections.push('## System prompt', conversation.systemPrompt.trim());
  for (const { role, content, model } of visibleMessages(conversation)) {
    sections.push(role === 'user' ? '## You' : `## ${model ?? 'Model'}`, content.trim());
  }
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** A file name made of the title. */
export function exportFileName(title: string, extension: string): string {
  const base = title
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .toLowerCase();
  return `${base || 'conversation'}.${extension}`;
}
