import { type EventSink, MarkerMatch, type Reader } from './events.ts';
import { JsonObject } from './json-object.ts';

const LONGEST_HEAD = 1024;

/** A call whose name comes before its arguments: a head, a JSON object, and `close` if there is one. */
export class NamedJson implements Reader {
  readonly #sink: EventSink;
  readonly #head: RegExp;
  readonly #close: string | undefined;
  readonly #match: MarkerMatch;
  #parts: string[] = [];
  #object: JsonObject | undefined;
  #state: 'head' | 'object' | 'tail' | 'broken' = 'head';

  /** @param head matches what comes before the arguments, with groups `name` and perhaps `id` */
  constructor(sink: EventSink, head: RegExp, close: string | undefined) {
    this.#sink = sink;
    this.#head = head;
    this.#close = close;
    this.#match = new MarkerMatch(close ?? '');
  }

  read(character: string): string | undefined {
    if (this.#state === 'object') return this.#readObject(character);
    this.#parts.push(character);
    const ends = this.#close !== undefined && this.#match.ends(character);
    if (ends) return this.#readClose();
    if (this.#state !== 'head') return undefined;
    if (character === '{') {
      const found = this.#head.exec(this.#parts.slice(0, -1).join(''));
      if (!found) return this.#break('the tool call has no name');
      this.#sink.start(nameOf(found), found.groups!.id?.trim() || undefined);
      this.#object = new JsonObject(this.#sink, false);
      this.#state = 'object';
      this.#object.read(character);
    } else if (this.#parts.length > LONGEST_HEAD) return this.#break('the tool call has no arguments');
    return undefined;
  }

  #readObject(character: string): string | undefined {
    const object = this.#object!;
    const state = object.read(character);
    if (state === 'more') return undefined;
    const problem = state === 'done' ? object.finish() : 'the arguments of the tool call are not valid JSON';
    this.#parts = [object.raw];
    if (problem !== undefined) {
      if (this.#close !== undefined) this.#match.ends(character);
      return this.#break(problem);
    }
    this.#parts = [];
    this.#state = 'tail';
    return this.#close === undefined ? '' : undefined;
  }

  #problem = '';
  #break(problem: string): string | undefined {
    this.#problem = problem;
    this.#state = 'broken';
    if (this.#close !== undefined) return undefined;
    this.#sink.error(problem, this.#parts.join(''));
    return '';
  }

  #readClose(): string {
    const text = this.#parts.join('').slice(0, -this.#close!.length);
    const found = this.#state === 'head' ? this.#head.exec(text) : undefined;
    if (found) this.#sink.call(nameOf(found), {}, found.groups!.id?.trim() || undefined);
    else if (this.#state !== 'tail') this.#sink.error(this.#problem || 'the tool call has no name', text);
    else if (/[^\s`]/.test(text)) this.#sink.error('unexpected text in a tool call', text);
    return '';
  }

  end(): string {
    const rest = this.#state === 'object' ? this.#object!.raw : this.#parts.join('');
    if (this.#state !== 'tail') this.#sink.error('the output ends within a tool call', rest);
    else if (/[^\s`]/.test(rest) && !this.#close?.startsWith(rest.trim().replaceAll('`', '').trim()))
      this.#sink.error('unexpected text in a tool call', rest);
    return '';
  }
}

const nameOf = ({ groups }: RegExpExecArray): string => (groups?.name ?? groups?.plain ?? '').trim();
