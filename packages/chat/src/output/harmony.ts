import type { EventSink, Reader } from './events.ts';
import { NamedJson } from './named-json.ts';

const LONGEST_HEAD = 512;

/** The head of a message in the harmony format, after `<|channel|>`: its channel and whom it is for; then a call. */
export class HarmonyMessage implements Reader {
  readonly #sink: EventSink;
  readonly #open: (mode: 'text' | 'reasoning') => void;
  #head = '';
  #call: NamedJson | undefined;

  constructor(sink: EventSink, open: (mode: 'text' | 'reasoning') => void) {
    this.#sink = sink;
    this.#open = open;
  }

  read(character: string): string | undefined {
    if (this.#call) return this.#call.read(character);
    this.#head += character;
    if (this.#head.length > LONGEST_HEAD) return this.#break();
    if (!this.#head.endsWith('<|message|>')) return undefined;
    const head = this.#head.slice(0, -'<|message|>'.length);
    const recipient = /\bto=(?:functions\.)?([\w.-]+)/.exec(head)?.[1];
    if (recipient !== undefined && recipient !== 'assistant' && recipient !== 'user') {
      this.#call = new NamedJson(this.#sink, /^(?<name>[\s\S]+)\n\s*$/, '<|call|>');
      for (const part of `${recipient}\n`) this.#call.read(part);
      return undefined;
    }
    this.#open(/^\s*analysis\b/.test(head) ? 'reasoning' : 'text');
    return '';
  }

  #break(): string {
    this.#sink.error('the tool call is not valid', this.#head);
    return '';
  }

  end(): string {
    if (this.#call) return this.#call.end();
    this.#sink.error('the output ends within a tool call', this.#head);
    return '';
  }
}
