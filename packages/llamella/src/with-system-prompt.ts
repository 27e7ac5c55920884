import type { ChatMessage } from '@llamella/spec';

/** Puts a system prompt before a conversation that has no system message. */
export function withSystemPrompt(
  messages: readonly ChatMessage[],
  systemPrompt: string | undefined,
): readonly ChatMessage[] {
  if (systemPrompt === undefined || messages.length === 0 || messages.some(({ role }) => role === 'system'))
    return messages;
  return [{ role: 'system', content: systemPrompt }, ...messages];
}
