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
    // Data too: some templates write a tool's result as JSON.
    if (typeof content !== 'string' && typeof content !== 'object' && content !== undefined)
      throw new InvalidArgumentError(
        `${where}.content`,
        `must be a string, parts or null, got ${describe(content)}`,
      );
    return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
  });
}

/**
 * Checks that `values`, where given, is an array of objects, as tools and documents must be.
 *
 * @throws {InvalidArgumentError} naming the part, such as `tools[1]`
 */
export function checkObjects(
  name: string,
  values: readonly unknown[] | undefined,
): readonly unknown[] | undefined {
  if (values === undefined || values === null) return undefined;
  if (!Array.isArray(values))
    throw new InvalidArgumentError(name, `must be an array, got ${describe(values)}`);
  for (const [index, value] of values.entries())
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InvalidArgumentError(`${name}[${index}]`, `must be an object, got ${describe(value)}`);
  return values;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : typeof value;
}
