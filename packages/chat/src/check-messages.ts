import { InvalidArgumentError } from '@llamella/spec';

/**
 * Checks the shape of `messages` and returns them without fields whose value is `undefined`, which a template would
 * find with `in`.
 *
 * @throws {InvalidArgumentError} naming the part, such as `messages[3].role`
 */
export function checkMessages(messages: unknown): Record<string, unknown>[] {
  return checkObjects('messages', messages).map((message, index) => {
    const where = `messages[${index}]`;
    const { role, content } = message as Record<string, unknown>;
    if (typeof role !== 'string')
      throw new InvalidArgumentError(`${where}.role`, `must be a string, got ${describe(role)}`);
    // Data too: some templates write a tool's result as JSON.
    if (typeof content !== 'string' && typeof content !== 'object' && content !== undefined)
      throw new InvalidArgumentError(
        `${where}.content`,
        `must be a string, parts or null, got ${describe(content)}`,
      );
    return present(message);
  });
}

/**
 * Checks that `values` is an array of objects, as tools and documents must be.
 *
 * @throws {InvalidArgumentError} naming the part, such as `tools[1]`
 */
export function checkObjects(name: string, values: unknown): readonly object[] {
  if (!Array.isArray(values))
    throw new InvalidArgumentError(name, `must be an array, got ${describe(values)}`);
  for (const [index, value] of values.entries())
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new InvalidArgumentError(`${name}[${index}]`, `must be an object, got ${describe(value)}`);
  return values as object[];
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

/** The entries of `values` that are not `undefined`. */
export function present(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
