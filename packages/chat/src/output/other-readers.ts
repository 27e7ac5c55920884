import { type EventSink, isSpace, MarkerMatch, type Reader } from './events.ts';
import { JsonCalls } from './json-calls.ts';
import { NamedJson } from './named-json.ts';
import { parsePythonCall } from './python-literals.ts';
import { type ParameterTypes, TagCall } from './tag-call.ts';

/** Chooses how to read on by the first character that is no white space. */
export class ChoosingReader implements Reader {
  readonly #choose: (character: string) => Reader;
  #chosen: Reader | undefined;
  constructor(choose: (character: string) => Reader) {
    this.#choose = choose;
  }
  read(character: string): string | undefined {
    if (!this.#chosen && isSpace(character)) return undefined;
    this.#chosen ??= this.#choose(character);
    return this.#chosen.read(character);
  }
  end(): string {
    return this.#chosen?.end() ?? '';
  }
}

/** Leaves everything to what comes after: `<function=` is a marker of its own. */
const NOTHING: Reader = { read: (character) => character, end: () => '' };

/** What is within `<tool_call>`: JSON, `<function=name>`, or a name with `<arg_key>` elements. */
export function toolCallReader(sink: EventSink, types: ParameterTypes): Reader {
  return new ChoosingReader((first) => {
    if (first === '{' || first === '[') return new JsonCalls(sink, '</tool_call>');
    return first === '<' ? NOTHING : new TagCall(sink, false, types);
  });
}

const MISTRAL_HEAD = /^\s*(?<name>[^[\]{}\s]+)\s*(?:\[CALL_ID\](?<id>[^[\]{}\s]*))?\s*(?:\[ARGS\])?\s*$/;

/** What follows `[TOOL_CALLS]`: a list of calls, or a name and its arguments. */
export function mistralReader(sink: EventSink): Reader {
  return new ChoosingReader((first) =>
    first === '[' || first === '{'
      ? new JsonCalls(sink, undefined)
      : new NamedJson(sink, MISTRAL_HEAD, undefined),
  );
}

/** What follows `<|python_tag|>`: calls as JSON, a call of a built-in tool, or code up to the end. */
export function pythonTagReader(sink: EventSink): Reader {
  return new ChoosingReader((first) =>
    first === '{' ? new JsonCalls(sink, undefined) : new PythonTag(sink),
  );
}

class PythonTag implements Reader {
  readonly #sink: EventSink;
  readonly #parts: string[] = [];
  readonly #match = new MarkerMatch('<|eom_id|>');
  constructor(sink: EventSink) {
    this.#sink = sink;
  }
  read(character: string): string | undefined {
    this.#parts.push(character);
    if (!this.#match.ends(character)) return undefined;
    this.#parts.splice(-'<|eom_id|>'.length);
    return this.end();
  }
  end(): string {
    const text = this.#parts.join('');
    const call = /^\s*\w{1,128}\.call\(/.test(text) ? parsePythonCall(text) : undefined;
    if (call) this.#sink.call(call.name.replace(/\.call$/, ''), call.values);
    else this.#sink.call('code_interpreter', { code: text });
    return '';
  }
}
