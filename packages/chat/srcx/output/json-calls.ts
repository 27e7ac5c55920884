import { type EventSink, isSpace, MarkerMatch, type Reader } from './events.ts';
import { JsonObject } from './json-object.ts';

/** Calls as JSON objects, alone, in a list or with separators, up to `close`. Without it, up to what is no call. */
export class JsonCalls implements Reader {
  readonly #sink: EventSink;
  readonly #close: string | undefined;
  /** Nothing but the first characters says that this is a call. */
  readonly #isBare: boolean;
  #object: JsonObject | undefined;
  #inList = false;
  #between: string[] = [];
  #closing = '';
  #broken: { readonly parts: string[]; readonly match: MarkerMatch; readonly problem: string } | undefined;

  constructor(sink: EventSink, close: string | undefined, isBare = false) {
    this.#sink = sink;
    this.#close = close;
    this.#isBare = isBare;
  }

  read(character: string): string | undefined {
    if (this.#broken) {
      this.#broken.parts.push(character);
      return this.#broken.match.ends(character) ? this.#fail() : undefined;
    }
    return this.#object ? this.#readObject(this.#object, character) : this.#readBetween(character);
  }

  #readObject(object: JsonObject, character: string): string | undefined {
    const state = object.read(character);
    if (state === 'more' && (!this.#isBare || object.looksLikeCall)) return undefined;
    this.#object = undefined;
    if (state === 'done') {
      const isCall = !this.#isBare || this.#sink.isOpen || /"(arguments|parameters)"/.test(object.raw);
      const problem = isCall ? object.finish() : 'no call';
      if (problem === undefined) {
        this.#between = [];
        return undefined;
      }
      if (this.#isBare && !this.#sink.isOpen) return this.#between.join('') + object.raw;
      this.#sink.error(problem, object.raw);
      return undefined;
    }
    if (this.#isBare && !this.#sink.isOpen) return this.#between.join('') + object.raw;
    if (this.#close !== undefined && character === this.#close[0]) {
      this.#unfinished = { object, length: object.raw.length - 1 };
    }
    return this.#break(object.raw, 'the tool call is not valid JSON');
  }

  /** An object in which the closing marker may have begun: it is mended when only brackets are missing. */
  #unfinished: { readonly object: JsonObject; readonly length: number } | undefined;

  #break(raw: string, problem: string): string | undefined {
    if (this.#close === undefined) {
      this.#sink.error(problem, raw);
      return '';
    }
    const match = new MarkerMatch(this.#close);
    match.ends(raw.at(-1)!);
    this.#broken = { parts: [raw], match, problem };
    return undefined;
  }

  #fail(): string {
    const { parts, problem } = this.#broken!;
    const text = parts.join('').slice(0, -this.#close!.length);
    const mended =
      this.#unfinished && this.#unfinished.length === text.length ? this.#unfinished.object : undefined;
    if (!mended || mended.finishMended(text) !== undefined) this.#sink.error(problem, text);
    return '';
  }

  #readBetween(character: string): string | undefined {
    const close = this.#close;
    if (close?.startsWith(this.#closing + character)) {
      this.#closing += character;
      return this.#closing === close ? '' : undefined;
    }
    if (this.#closing !== '') return this.#break(this.#closing + character, 'unexpected text in a tool call');
    if (character === '{') {
      this.#object = new JsonObject(this.#sink, true);
      this.#object.read(character);
    } else if (character === '[' && !this.#inList && !this.#isBare) this.#inList = true;
    else if (character === ']' && this.#inList) {
      this.#inList = false;
      if (close === undefined) return '';
    } else if (isSpace(character) || character === ';' || (character === ',' && this.#inList)) {
      this.#between.push(character);
    } else if (close === undefined && !this.#inList) return this.#between.join('') + character;
    else return this.#break(character, 'unexpected text in a tool call');
    return undefined;
  }

  end(): string {
    const rest = this.#object?.raw ?? this.#broken?.parts.join('') ?? this.#closing;
    if (this.#isBare && this.#object && !this.#sink.isOpen) return this.#between.join('') + rest;
    if (rest !== '') this.#sink.error('the output ends within a tool call', rest);
    return this.#isBare ? this.#between.join('').trimEnd() : '';
  }
}
