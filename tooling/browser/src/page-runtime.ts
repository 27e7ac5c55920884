/**
 * Runs in the page, before everything else: keeps what the page prints, as it was at that moment, and how its script
 * ended. Bundled on its own; nothing here may need Node.
 */
import type { PageEntry, PageValue } from './page-value.ts';

/** What the test reads when the script has ended. */
export interface PageRun {
  readonly printed: { readonly method: string; readonly values: readonly PageValue[] }[];
  ended: boolean;
  /** The script's default export, awaited. */
  result: PageValue;
  /** Why the script failed; empty when it did not. */
  failure: string;
}

declare global {
  var pageRun: PageRun;
  var runScript: (load: () => Promise<{ readonly default?: unknown }>) => Promise<void>;
}

const run: PageRun = { printed: [], ended: false, result: null, failure: '' };
globalThis.pageRun = run;

for (const method of ['log', 'info', 'debug', 'warn', 'error'] as const) {
  const print = console[method].bind(console);
  console[method] = (...values: unknown[]) => {
    run.printed.push({ method, values: values.map((value) => toPageValue(value)) });
    print(...values);
  };
}

globalThis.runScript = async (load) => {
  try {
    run.result = toPageValue(await (await load()).default);
  } catch (error) {
    run.failure = errorText(error);
  }
  run.ended = true;
};

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack?.includes(error.message) ? error.stack : `${error.name}: ${error.message}`;
  return error.cause === undefined ? text : `${text}\ncaused by ${errorText(error.cause)}`;
}

function toPageValue(value: unknown, above: readonly object[] = []): PageValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === undefined) return { kind: 'undefined' };
  if (typeof value === 'bigint') return { kind: 'bigint', text: String(value) };
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { kind: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} cannot leave the page`);
  if (above.includes(value)) throw new TypeError('a value that contains itself cannot leave the page');
  const path = [...above, value];
  const each = (item: unknown) => toPageValue(item, path);
  const both = ([key, item]: [unknown, unknown]): PageEntry => [each(key), each(item)];
  if (value instanceof Error) return { kind: 'error', text: errorText(value) };
  if (Array.isArray(value)) return { kind: 'array', items: value.map(each) };
  if (value instanceof Set) return { kind: 'set', items: Array.from(value, each) };
  const type = value.constructor?.name ?? 'Object';
  if (value instanceof Map) return { kind: 'map', type, entries: Array.from(value, both) };
  if (ArrayBuffer.isView(value)) {
    return { kind: 'typed', type, items: Array.from(value as unknown as Iterable<unknown>, each) };
  }
  return { kind: 'object', type, entries: Object.entries(value).map(both) };
}
