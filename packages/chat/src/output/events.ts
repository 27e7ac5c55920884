/** What a model's output consists of, in the order in which it comes. */
export type OutputEvent =
  | {
      /** Text of the answer, or reasoning before it. */
      readonly type: 'text' | 'reasoning';
      /** The next piece of it. */
      readonly text: string;
    }
  | {
      /** All text so far was reasoning: the model closed reasoning that nothing had opened. */
      readonly type: 'text-was-reasoning';
    }
  | {
      /** A call begins. */
      readonly type: 'tool-call-start';
      /** Place among the calls of this output, from 0. */
      readonly index: number;
      /** The model's own id, or what `createId` made. */
      readonly id: string;
      /** Name of the function. */
      readonly name: string;
    }
  | {
      /** A piece of the arguments, which together are the JSON text of an object. */
      readonly type: 'tool-call-delta';
      /** Which call it belongs to. */
      readonly index: number;
      /** The piece. */
      readonly text: string;
    }
  | {
      /** A call is complete. */
      readonly type: 'tool-call-end';
      /** Which call it is. */
      readonly index: number;
      /** The same as at its start. */
      readonly id: string;
      /** Name of the function. */
      readonly name: string;
      /** All arguments by name. */
      readonly arguments: Readonly<Record<string, unknown>>;
    }
  | {
      /** A call that cannot be read. */
      readonly type: 'error';
      /** What is wrong with it. */
      readonly problem: string;
      /** What the model wrote. */
      readonly text: string;
      /** Which call it is, when it has started; it has no end then. */
      readonly index?: number;
    };

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

  #append(event: Extract<OutputEvent, { type: 'text' | 'reasoning' | 'tool-call-delta' }>): void {
    if (event.text === '') return;
    const last = this.#events.at(-1);
    if (last?.type === event.type) {
      this.#events.pop();
      this.#append({ ...event, text: last.text + event.text });
    } else this.#events.push(event);
  }

  text(type: 'text' | 'reasoning', text: string): void {
    this.#append({ type, text });
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
    this.#append({ type: 'tool-call-delta', index: this.#open!.index, text });
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
  readonly marker: string;
  #last = '';
  constructor(marker: string) {
    this.marker = marker;
  }
  /** Whether the marker ends with this character. */
  ends(character: string): boolean {
    this.#last = (this.#last + character).slice(-this.marker.length);
    return this.#last === this.marker;
  }
}
