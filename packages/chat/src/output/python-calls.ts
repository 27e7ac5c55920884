import { type EventSink, isSpace, type Reader } from './events.ts';
import { DEEPEST } from './json-object.ts';
import { parsePythonCall } from './python-literals.ts';

const LONGEST_NAME = 128;

/**
 * Calls as Python, `[name(key=value), …]`, or one to a line without brackets, up to `close`. Without it, the list
 * itself says that these are calls, and what is none is text.
 */
export class PythonCalls implements Reader {
  readonly #sink: EventSink;
  readonly #close: string | undefined;
  #all: string[] = [];
  #segment: string[] = [];
  #open: string[] = [];
  #quote = '';
  #escaped = false;
  #last = '';
  #isBroken = false;
  #state: 'start' | 'name' | 'call' = 'start';
  #inList = false;
  #closing = '';
  /** Within the line that opens or closes a code block. */
  #isFenced = false;

  constructor(sink: EventSink, close: string | undefined) {
    this.#sink = sink;
    this.#close = close;
  }

  read(character: string): string | undefined {
    this.#all.push(character);
    this.#last = (this.#last + character).slice(-(this.#close?.length ?? 1));
    if (this.#last === this.#close && this.#quote === '') return this.#finish();
    if (this.#isBroken) return this.#close === undefined ? this.#giveUp() : undefined;
    if (this.#state === 'call') this.#readInCall(character);
    else if (this.#state === 'start') this.#readStart(character);
    else this.#readName(character);
    if (this.#isBroken && this.#close === undefined) return this.#giveUp();
    return !this.#inList && this.#state === 'start' && this.#close === undefined && character === ']'
      ? ''
      : undefined;
  }

  #readStart(character: string): void {
    if (this.#close?.startsWith(this.#closing + character)) {
      this.#closing += character;
      return;
    }
    if (this.#closing !== '') this.#isBroken = true;
    if (character === '[' && !this.#inList) this.#inList = true;
    else if (character === ']' && this.#inList) this.#inList = false;
    else if (/[A-Za-z_]/.test(character)) {
      this.#state = 'name';
      this.#segment = [character];
    } else if (character === '`' && this.#close !== undefined) this.#isFenced = true;
    else if (!isSpace(character) && character !== ',' && character !== ';') this.#isBroken = true;
    if (character === '\n') this.#isFenced = false;
  }

  #readName(character: string): void {
    if (character === '(') {
      this.#state = 'call';
      this.#open = [')'];
    } else if (character === '\n' && this.#isFenced) {
      this.#state = 'start';
      this.#isFenced = false;
      return;
    } else if (!/[\w.\- ]/.test(character) || this.#segment.length > LONGEST_NAME) this.#isBroken = true;
    this.#segment.push(character);
  }

  #readInCall(character: string): void {
    this.#segment.push(character);
    if (this.#quote !== '') {
      if (this.#escaped) this.#escaped = false;
      else if (character === '\\') this.#escaped = true;
      else if (character === this.#quote) this.#quote = '';
    } else if (character === '"' || character === "'") this.#quote = character;
    else if (character === '(' || character === '[' || character === '{') {
      this.#open.push(character === '(' ? ')' : character === '[' ? ']' : '}');
      if (this.#open.length > DEEPEST) this.#isBroken = true;
    } else if (character === ')' || character === ']' || character === '}') {
      if (this.#open.pop() !== character) this.#isBroken = true;
      else if (this.#open.length === 0) this.#endCall();
    }
  }

  #endCall(): void {
    const call = parsePythonCall(this.#segment.join(''));
    this.#state = 'start';
    if (!call) {
      this.#isBroken = true;
      return;
    }
    this.#sink.call(call.name, call.values);
    this.#all = [];
  }

  #giveUp(): string {
    const text = this.#all.join('');
    if (!this.#sink.hasCalls) return text;
    this.#sink.error('the tool call is not valid', text);
    return '';
  }

  #finish(): string {
    const text = this.#all.join('').slice(0, -this.#close!.length);
    const isRest = this.#isBroken || this.#state !== 'start';
    if (isRest) this.#sink.error('the tool call is not valid', text);
    return '';
  }

  end(): string {
    const text = this.#all.join('');
    if (this.#close === undefined && !this.#sink.hasCalls) return text;
    if (this.#state !== 'start' || this.#isBroken)
      this.#sink.error('the output ends within a tool call', text);
    return '';
  }
}
