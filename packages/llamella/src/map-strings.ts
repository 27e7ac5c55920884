/**
 * A copy of arrays and objects in which every string, names of properties included, is what `change` makes of it.
 */
export function mapStrings<Value>(value: Value, change: (text: string) => string): Value {
  return mapValue(value, change) as Value;
}

function mapValue(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((entry) => mapValue(entry, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, entry]) => [change(name), mapValue(entry, change)]);
  return Object.fromEntries(entries);
}
