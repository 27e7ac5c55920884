/** What a model's output consists of, in the order in which it comes. */
export type OutputEvent =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  /** All text so far was reasoning: the model closed reasoning that nothing had opened. */
  | { readonly type: 'text-was-reasoning' }
  | { readonly type: 'tool-call-start'; readonly index: number; readonly id: string; readonly name: string }
  /** A piece of the arguments, which together are the JSON text of an object. */
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly text: string }
  | {
      readonly type: 'tool-call-end';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
    }
  /** A call that cannot be read. `text` is what the model wrote; a call of this `index` that has started has no end. */
  | { readonly type: 'error'; readonly problem: string; readonly text: string; readonly index?: number };

/** Reads one construct of an output, a character at a time. */
export interface Reader {
  /** @returns `undefined` to go on; what it did not use, when the construct is over */
  read(character: string): string | undefined;
  /** The output is over. @returns what was not a construct after all, and is text */
  end(): string;
}

/** Collects events; neighbouring pieces of one kind become one event. */
export class EventSink {
  #events: OutputEvent[] = [];
  #calls = 0;
  readonly #createId: (index: number) => string;
  /** The call that has started and not ended. */
  #open: { readonly index: number; readonly id: string; readonly name: string } | undefined;

  constructor(createId: (index: number) => string) {
    this.#createId = createId;
  }

  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  take(): OutputEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  text(type: 'text' | 'reasoning', text: string): void {
    if (text === '') return;
    const last = this.#events.at(-1);
    if (last?.type === type) this.#events[this.#events.length - 1] = { type, text: last.text + text };
    else this.#events.push({ type, text });
  }

  reclassify(): void {
    this.#events.push({ type: 'text-was-reasoning' });
  }

  start(name: string, id?: string): void {
    const index = this.#calls++;
    this.#open = { index, id: id ?? this.#createId(index), name };
    this.#events.push({ type: 'tool-call-start', ...this.#open });
  }

  delta(text: string): void {
    const { index } = this.#open!;
    const last = this.#events.at(-1);
    if (last?.type === 'tool-call-delta')
      this.#events[this.#events.length - 1] = { ...last, text: last.text + text };
    else if (text !== '') this.#events.push({ type: 'tool-call-delta', index, text });
  }

  finish(values: Readonly<Record<string, unknown>>): void {
    this.#events.push({ type: 'tool-call-end', ...this.#open!, arguments: values });
    this.#open = undefined;
  }

  call(name: string, values: Readonly<Record<string, unknown>>, id?: string): void {
    this.start(name, id);
    this.delta(JSON.stringify(values));
    this.finish(values);
  }

  error(problem: string, text: string): void {
    const index = this.#open && { index: this.#open.index };
    this.#open = undefined;
    this.#events.push({ type: 'error', problem, text, ...index });
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }
}

export const isSpace = (character: string): boolean =>
  character <= ' ' ? /\s/.test(character) : character > '~' && /\s/.test(character);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Finds a marker in characters that come one by one. */
export class MarkerMatch {
  readonly #marker: string;
  #last = '';
  constructor(marker: string) {
    this.#marker = marker;
  }
  /** Whether the marker ends with this character. */
  ends(character: string): boolean {
    this.#last = (this.#last + character).slice(-this.#marker.length);
    return this.#last === this.#marker;
  }
}
