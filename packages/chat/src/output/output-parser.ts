import { InvalidArgumentError } from '@llamella/spec';
import { EventSink, isRecord, isSpace, type OutputEvent, type Reader } from './events.ts';
import { FORMATS, type OutputFormat, type OutputFormatName } from './formats.ts';
import { HarmonyMessage } from './harmony.ts';
import type { ParameterTypes } from './tag-call.ts';

/** Options of `createOutputParser`. */
export interface OutputParserOptions {
  /** The prompt, or its end: when it opened reasoning, the output begins within it. */
  readonly prompt?: string;
  /** The functions that the model could call, in OpenAI's form: types of arguments that are written without quotes. */
  readonly tools?: readonly unknown[];
  /** Makes the id of a call that has none of its own. Default `call_0`, `call_1` and so on. */
  readonly createId?: (index: number) => string;
}

const THINK = ['<think>', '</think>'] as const;

/** Tells text, reasoning and tool calls of a model's output apart while it comes. */
export interface OutputParser {
  /**
   * Reads on.
   *
   * @param text the next piece of the output, of any length
   * @returns what has become certain with it
   */
  push(text: string): OutputEvent[];
  /** The output is complete. @returns what was still open */
  end(): OutputEvent[];
}

/**
 * A parser for one output. The events, with neighbouring pieces joined, do not depend on how the text is split. No text
 * is lost but markers and white space around them: a call that cannot be read is an event `error` with its text. Time
 * is linear in the length of the output, and nesting is bounded.
 *
 * @param format what `detectOutputFormat` says of the model's template, or a name
 * @throws {InvalidArgumentError} when there is no such format
 */
export function createOutputParser(
  format: OutputFormatName,
  options: OutputParserOptions = {},
): OutputParser {
  if (!Object.hasOwn(FORMATS, format))
    throw new InvalidArgumentError(
      'format',
      `must be one of ${Object.keys(FORMATS).join(', ')}, got ${format}`,
    );
  return new StreamParser(FORMATS[format], options);
}

class StreamParser implements OutputParser {
  readonly #format: OutputFormat;
  readonly #sink: EventSink;
  readonly #types: ParameterTypes;
  #mode: 'text' | 'reasoning' = 'text';
  #reader: Reader | undefined;
  /** Characters that may become a marker. */
  #pending = '';
  /** White space that is left out when a marker or the end of a call is beside it. */
  #space: string[] = [];
  #isStart = true;
  #afterMarker = false;
  #hasReasoning = false;
  /** First characters of the markers. */
  readonly #firsts: ReadonlySet<string>;
  readonly #markers: Readonly<Record<'text' | 'reasoning', ReadonlyMap<string, () => void>>>;

  constructor(
    format: OutputFormat,
    { prompt = '', tools = [], createId = (index) => `call_${index}` }: OutputParserOptions,
  ) {
    this.#format = format;
    this.#sink = new EventSink(createId);
    this.#types = parameterTypes(tools);
    this.#markers = this.#createMarkers();
    const { text, reasoning } = this.#markers;
    this.#firsts = new Set([...text.keys(), ...reasoning.keys()].map((marker) => marker[0]!));
    const [open] = format.reasoning ?? THINK;
    if (prompt.trimEnd().endsWith(open)) this.#openReasoning();
  }

  #createMarkers(): Readonly<Record<'text' | 'reasoning', ReadonlyMap<string, () => void>>> {
    const { reasoning = THINK, calls, ignored = [], isHarmony } = this.#format;
    const [open, close] = reasoning;
    const text = new Map<string, () => void>(ignored.map((marker) => [marker, () => this.#passMarker()]));
    for (const [marker, create] of Object.entries(calls))
      text.set(marker, () => this.#openReader(create(this.#sink, this.#types)));
    if (isHarmony)
      text.set('<|channel|>', () =>
        this.#openReader(
          new HarmonyMessage(this.#sink, (mode) =>
            mode === 'reasoning' ? this.#openReasoning() : undefined,
          ),
        ),
      );
    else {
      text.set(open, () => this.#openReasoning());
      text.set(close, () => this.#closeUnopened(close));
    }
    return { text, reasoning: new Map([[close, () => this.#closeReasoning()]]) };
  }

  #passMarker(): void {
    this.#space = [];
    this.#afterMarker = true;
  }

  #openReasoning(): void {
    this.#passMarker();
    this.#hasReasoning = true;
    this.#mode = 'reasoning';
  }

  #closeReasoning(): void {
    this.#passMarker();
    this.#mode = 'text';
    this.#isStart = true;
  }

  #closeUnopened(marker: string): void {
    if (this.#hasReasoning || this.#sink.hasCalls) {
      this.#emit(marker);
      return;
    }
    this.#sink.reclassify();
    this.#hasReasoning = true;
    this.#closeReasoning();
  }

  #openReader(reader: Reader): void {
    this.#passMarker();
    this.#reader = reader;
  }

  push(text: string): OutputEvent[] {
    let position = 0;
    while (position < text.length) {
      const run = this.#reader || this.#pending !== '' || this.#isStart ? 0 : this.#plainRun(text, position);
      if (run > 0) this.#emitPlain(text.slice(position, position + run));
      else this.#read(text[position]!);
      position += run || 1;
    }
    return this.#sink.take();
  }

  /** How many characters from here on can neither begin a marker nor be white space. */
  #plainRun(text: string, position: number): number {
    let end = position;
    while (end < text.length && !this.#firsts.has(text[end]!) && !isSpace(text[end]!)) end++;
    return end - position;
  }

  #emitPlain(text: string): void {
    if (!this.#afterMarker) this.#flushSpace();
    this.#space = [];
    this.#afterMarker = false;
    if (this.#mode === 'text') this.#isStart = false;
    this.#sink.text(this.#mode, text);
  }

  #read(character: string): void {
    if (this.#reader) {
      const rest = this.#reader.read(character);
      if (rest === undefined) return;
      this.#reader = undefined;
      if (rest !== '') this.#isStart = false;
      if (this.#sink.hasCalls) this.#space = [];
      if (rest === '') this.#passMarker();
      else for (const again of rest.split('')) this.#read(again);
      return;
    }
    if (this.#openBare(character)) return;
    this.#pending += character;
    const markers = this.#markers[this.#mode];
    while (this.#pending !== '' && !isPrefix(markers, this.#pending)) {
      this.#emit(this.#pending[0]!);
      this.#pending = this.#pending.slice(1);
    }
    const action = markers.get(this.#pending);
    if (!action) return;
    this.#pending = '';
    action();
  }

  #openBare(character: string): boolean {
    const create = this.#format.bare?.[character];
    if (!create || !this.#isStart || this.#mode !== 'text' || this.#pending !== '') return false;
    this.#isStart = false;
    this.#reader = create(this.#sink, this.#types);
    this.#read(character);
    return true;
  }

  #emit(text: string): void {
    for (const character of text.split('')) {
      if (isSpace(character)) {
        this.#space.push(character);
        continue;
      }
      this.#emitPlain(character);
    }
  }

  #flushSpace(): void {
    this.#sink.text(this.#mode, this.#space.join(''));
    this.#space = [];
  }

  end(): OutputEvent[] {
    if (this.#reader) {
      const rest = this.#reader.end();
      this.#reader = undefined;
      if (this.#sink.hasCalls) this.#space = [];
      this.#emit(rest);
    }
    this.#emit(this.#pending);
    this.#pending = '';
    if (!this.#afterMarker) this.#flushSpace();
    return this.#sink.take();
  }
}

function isPrefix(markers: ReadonlyMap<string, unknown>, text: string): boolean {
  for (const marker of markers.keys()) if (marker.startsWith(text)) return true;
  return false;
}

/** Looks types up in `{ function: { name, parameters: { properties } } }`. */
function parameterTypes(tools: readonly unknown[]): ParameterTypes {
  const schemas = new Map<unknown, Record<string, unknown>>();
  for (const tool of tools) {
    const declared = isRecord(tool) && isRecord(tool.function) ? tool.function : tool;
    if (isRecord(declared) && isRecord(declared.parameters) && isRecord(declared.parameters.properties))
      schemas.set(declared.name, declared.parameters.properties);
  }
  return (name, parameter) => {
    const properties = schemas.get(name);
    const schema = properties && Object.hasOwn(properties, parameter) ? properties[parameter] : undefined;
    if (!isRecord(schema)) return undefined;
    const type = schema.type ?? (schema.anyOf || schema.oneOf ? 'any' : undefined);
    return type === undefined ? undefined : ([type].flat() as string[]);
  };
}
