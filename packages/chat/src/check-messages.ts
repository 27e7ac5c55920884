import { InvalidArgumentError } from '@llamella/spec';

/**
 * Checks the shape of `messages` and returns them without fields whose value is `undefined`, which a template would
 * find with `in`.
 *
 * @throws {InvalidArgumentError} naming the part, such as `messages[3].role`
 */
export function checkMessages(messages: unknown): Record<string, unknown>[] {
  if (!Array.isArray(messages))
    throw new InvalidArgumentError('messages', `must be an array of messages, got ${describe(messages)}`);
  return messages.map((message: unknown, index) => {
    const where = `messages[${index}]`;
    if (typeof message !== 'object' || message === null || Array.isArray(message))
      throw new InvalidArgumentError(
        where,
        `must be an object with role and content, got ${describe(message)}`,
      );
    const { role, content } = message as { role?: unknown; content?: unknown };
    if (typeof role !== 'string')
      throw new InvalidArgumentError(
        `${where}.role`,
        `must be a string such as 'user', got ${describe(role)}`,
      );
    // Parts, data, or nothing beside tool calls: beyond ChatMessage, and what many templates read.
    if (typeof content !== 'string' && typeof content !== 'object' && content !== undefined)
      throw new InvalidArgumentError(`${where}.content`, `must be a string, got ${describe(content)}`);
    return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
  });
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : typeof value;
}
