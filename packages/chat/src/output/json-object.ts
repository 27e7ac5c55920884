import { type EventSink, isRecord } from './events.ts';

/** How deep the arguments of a call may nest. */
export const DEEPEST = 200;
const OUTSIDE_STRINGS = /^[\s{}[\],:\w+\-.]$/;

/**
 * Follows one JSON object through its characters, up to its closing brace. Of a whole call (`{"name": …,
 * "arguments": {…}}`), it passes the arguments on as they come, if the name is known.
 */
export class JsonObject {
  readonly #sink: EventSink;
  /** The object is a call; otherwise it is the arguments of one that has started. */
  readonly #isCall: boolean;
  readonly #parts: string[] = [];
  readonly #open: string[] = [];
  #inString = false;
  #escaped = false;
  #isKey = true;
  #token: string[] = [];
  #key = '';
  #name: string | undefined;
  #isStreaming = false;

  constructor(sink: EventSink, isCall: boolean) {
    this.#sink = sink;
    this.#isCall = isCall;
  }

  get raw(): string {
    return this.#parts.join('');
  }

  read(character: string): 'more' | 'done' | 'broken' {
    this.#parts.push(character);
    const depth = this.#open.length;
    if (this.#inString) this.#readInString(character, depth);
    else if (!OUTSIDE_STRINGS.test(character) && character !== '"') return 'broken';
    else if (character === '"') {
      this.#inString = true;
      this.#token = [];
    } else if (character === '{' || character === '[') {
      if (depth >= DEEPEST) return 'broken';
      const isArguments = this.#key === 'arguments' || this.#key === 'parameters';
      // Without a name so far, the call comes at once when it is complete.
      if (this.#isCall && depth === 1 && !this.#isKey && isArguments && character === '{')
        if (this.#name !== undefined && !this.#sink.isOpen) {
          this.#isStreaming = true;
          this.#sink.start(this.#name);
        }
      this.#open.push(character === '{' ? '}' : ']');
    } else if (character === '}' || character === ']') {
      if (this.#open.pop() !== character) return 'broken';
    } else if (depth === 1 && character === ':') this.#isKey = false;
    else if (depth === 1 && character === ',') this.#isKey = true;
    this.#pass(character, depth);
    return this.#open.length === 0 ? 'done' : 'more';
  }

  #readInString(character: string, depth: number): void {
    if (!this.#escaped && character === '"') {
      this.#inString = false;
      if (depth !== 1 || !this.#isCall) return;
      const text = parseJson(`"${this.#token.join('')}"`);
      if (this.#isKey) this.#key = String(text);
      else if (this.#key === 'name' && typeof text === 'string') this.#name ??= text;
    } else {
      this.#escaped = !this.#escaped && character === '\\';
      if (depth === 1) this.#token.push(character);
    }
  }

  #pass(character: string, depthBefore: number): void {
    if (!this.#isCall || this.#isStreaming) this.#sink.delta(character);
    if (this.#open.length === 1 && depthBefore === 2) this.#isStreaming = false;
  }

  /** Whether a call, so far as it is known, may be one: its first key is one that calls have. */
  get looksLikeCall(): boolean {
    return (
      this.#key === '' ||
      /^(name|type|id|function|arguments|parameters|tool_name|tool_call_id)$/.test(this.#key)
    );
  }

  /** Ends a call that lacks its last brackets. @param text the call without what came after it */
  finishMended(text: string): string | undefined {
    return this.finish(text + this.#open.toReversed().join(''));
  }

  /** Ends the call with what was read. @returns what is wrong, or `undefined` */
  finish(text = this.raw): string | undefined {
    const value = parseJson(text);
    if (!isRecord(value)) return 'the tool call is not valid JSON';
    if (!this.#isCall) return void this.#sink.finish(value);
    const call = readCall(value);
    if (typeof call === 'string') return call;
    if (this.#sink.isOpen) this.#sink.finish(call.values);
    else this.#sink.call(call.name, call.values, call.id);
    return undefined;
  }
}

/** A call in one of the forms that models write as JSON. @returns what is wrong, for what is none */
function readCall(
  value: Record<string, unknown>,
): string | { name: string; values: Record<string, unknown>; id?: string } {
  const inner = isRecord(value.function) ? value.function : value;
  const name: unknown = inner.name ?? inner.tool_name ?? value.function;
  let values: unknown = inner.arguments ?? inner.parameters ?? {};
  if (typeof values === 'string') values = values.trim() === '' ? {} : parseJson(values);
  if (typeof name !== 'string' || name === '') return 'the tool call has no name';
  if (!isRecord(values)) return 'the arguments of the tool call are not an object';
  const { id } = value;
  return { name, values, ...(typeof id === 'string' && { id }) };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
