import { type EventSink, isSpace, MarkerMatch, type Reader } from './events.ts';
import { parseJson } from './json-object.ts';
import { NamedJson } from './named-json.ts';
import { parsePythonLiteral } from './python-literals.ts';

const LONGEST_NAME = 256;

/** The JSON Schema types of a function's parameters, as the caller's tools declare them. */
export type ParameterTypes = (name: string, parameter: string) => readonly string[] | undefined;

/**
 * A call whose arguments are elements: `<parameter=key>value</parameter>` after `<function=name>`, or
 * `<arg_key>key</arg_key><arg_value>value</arg_value>` after a bare name. With JSON after `<function=name>`, that.
 */
export class TagCall implements Reader {
  readonly #sink: EventSink;
  readonly #types: ParameterTypes;
  readonly #style: { readonly value: string; readonly close: string; readonly nameEnd: string };
  readonly #values: Record<string, unknown> = {};
  #parts: string[] = [];
  #name: string | undefined;
  #inner: NamedJson | undefined;
  #count = 0;
  #isBroken = false;
  #isNamed = false;
  readonly #valueMatch: MarkerMatch;
  readonly #closeMatch: MarkerMatch;
  readonly #nextMatch: MarkerMatch;

  /** @param isFunction the form with `<function=name>`, which has been read; otherwise the one with a bare name */
  constructor(sink: EventSink, isFunction: boolean, types: ParameterTypes) {
    this.#sink = sink;
    this.#types = types;
    this.#style = isFunction
      ? { value: '</parameter>', close: '</function>', nameEnd: '>' }
      : { value: '</arg_value>', close: '</tool_call>', nameEnd: '<' };
    this.#valueMatch = new MarkerMatch(this.#style.value);
    this.#closeMatch = new MarkerMatch(this.#style.close);
    this.#nextMatch = new MarkerMatch('<parameter=');
  }

  read(character: string): string | undefined {
    if (this.#inner) return this.#inner.read(character);
    const { nameEnd, close, value } = this.#style;
    this.#parts.push(character);
    const closes = this.#closeMatch.ends(character);
    const isNext = this.#nextMatch.ends(character);
    const endsValue = this.#valueMatch.ends(character);
    if (this.#name === undefined) {
      if (character === nameEnd) {
        this.#name = this.#parts.slice(0, -1).join('').trim();
        this.#parts = nameEnd === '<' ? ['<'] : [];
        if (this.#name === '') this.#isBroken = true;
      } else if (this.#parts.length > LONGEST_NAME) this.#isBroken = true;
      if (this.#isBroken) this.#name ??= '';
      return undefined;
    }
    if (closes) return this.#finish(this.#takeText(close));
    if (this.#isBroken) return undefined;
    if (!this.#isNamed) {
      if (isSpace(character)) return undefined;
      if (character === '{' && nameEnd === '>') {
        this.#inner = new NamedJson(this.#sink, /^(?<name>[\s\S]+)>\s*$/, close);
        for (const part of `${this.#name}>{`) this.#inner.read(part);
        return undefined;
      }
      this.#begin();
    }
    if (endsValue) this.#addValue(this.#takeText(value));
    else if (isNext && this.#parts.length > '<parameter='.length && nameEnd === '>') {
      const text = this.#takeText('<parameter=');
      if (text.trim() !== '') this.#addValue(text);
      this.#parts = [...'<parameter='];
    }
    return undefined;
  }

  #takeText(marker: string): string {
    const text = this.#parts.join('').slice(0, -marker.length);
    this.#parts = [];
    return text;
  }

  #begin(): void {
    this.#isNamed = true;
    this.#sink.start(this.#name!);
    this.#sink.delta('{');
  }

  #addValue(source: string): void {
    const text = source.trimStart();
    const [, key, value] =
      this.#style.nameEnd === '>'
        ? (/^<parameter=([^>]+)>([\s\S]*)$/.exec(text) ?? [])
        : (/^<arg_key>([^<]*)<\/arg_key>\s*<arg_value>([\s\S]*)$/.exec(text) ?? []);
    if (key === undefined || value === undefined) {
      this.#isBroken = true;
      this.#parts = [source];
      return;
    }
    const shown = this.#style.nameEnd === '>' ? value.replace(/^\n/, '').replace(/\n$/, '') : value;
    const name = key.trim();
    const content = readValue(shown, this.#types(this.#name!, name), this.#style.nameEnd === '<');
    Object.defineProperty(this.#values, name, {
      value: content,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    this.#sink.delta(`${this.#count++ > 0 ? ', ' : ''}${JSON.stringify(name)}: ${JSON.stringify(content)}`);
  }

  #finish(text: string): string {
    if (!this.#isBroken && text.trim().startsWith('<parameter=')) this.#addValue(text);
    else if (text.trim() !== '') this.#isBroken = true;
    if (this.#isBroken) {
      this.#sink.error('the tool call is not in the form that is expected', this.#parts.join('') || text);
      return '';
    }
    if (!this.#isNamed) this.#begin();
    this.#sink.delta('}');
    this.#sink.finish(this.#values);
    return '';
  }

  end(): string {
    if (this.#inner) return this.#inner.end();
    this.#sink.error('the output ends within a tool call', this.#parts.join('') || (this.#name ?? ''));
    return '';
  }
}

/** A value that was written as text. Without a type that says otherwise, it is one where the form has no quotes. */
function readValue(text: string, types: readonly string[] | undefined, guess: boolean): unknown {
  if (types ? types.includes('string') && types.length === 1 : !guess) return text;
  const json = parseJson(text.trim());
  if (json !== undefined) return json;
  const literal = types && parsePythonLiteral(text.trim());
  return literal ? literal.value : text;
}
