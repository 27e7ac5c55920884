import { Callable, Dict, Float, fail, Sequence, Undefined, type Value } from './values.ts';
import { checkDepth } from './write.ts';

/**
 * JavaScript data as Python would have read it from JSON. A number without a fraction is an integer. Functions can be
 * called by the template; what they get and return is converted.
 *
 * @throws {TemplateRuntimeError} for what has no counterpart
 */
export function fromJs(data: unknown, depth = 0): Value {
  checkDepth(depth);
  switch (typeof data) {
    case 'string':
    case 'boolean':
      return data;
    case 'number':
      return Number.isSafeInteger(data) ? data + 0 : new Float(data);
    case 'bigint':
      return Number.isSafeInteger(Number(data))
        ? Number(data)
        : fail(`the integer ${data} has more than 53 bits`);
    case 'undefined':
      return null;
    case 'function':
      return new Callable(data.name, (args) => fromJs(data(...args.map(toJs))));
    case 'object':
      break;
    default:
      return fail(`a template cannot use a ${typeof data}`);
  }
  if (data === null) return null;
  if (Array.isArray(data)) return data.map((item) => fromJs(item, depth + 1));
  const dict = new Dict();
  const entries: Iterable<[unknown, unknown]> = data instanceof Map ? data : Object.entries(data);
  for (const [key, value] of entries)
    if (value !== undefined) dict.set(String(key), fromJs(value, depth + 1));
  return dict;
}

/** What a JavaScript function gets as an argument. */
function toJs(value: Value): unknown {
  if (value instanceof Float) return value.value;
  if (value instanceof Undefined) return undefined;
  if (Array.isArray(value)) return Array.from(value, toJs);
  if (value instanceof Sequence) return value.items.map(toJs);
  if (value instanceof Dict)
    return Object.fromEntries([...value].map(([key, entry]) => [String(key), toJs(entry)]));
  return value;
}
