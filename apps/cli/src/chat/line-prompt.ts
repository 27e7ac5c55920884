import { createInterface, type Interface, type Key } from 'node:readline';
import type { InputStream, OutputStream } from '../command-context.ts';
import { InputGate } from './input-gate.ts';
import { PromptOutput } from './prompt-output.ts';

export interface LinePromptOptions {
  readonly input: InputStream;
  readonly output: OutputStream;
  /** What stands before the first line of a message, and before further lines. */
  readonly prompt: string;
  readonly continuation: string;
  /** Earlier lines, latest first. */
  readonly history: readonly string[];
  readonly historySize: number;
  /** Called with each line that enters the history. */
  readonly onHistoryLine: (line: string) => void;
}

const enableBracketedPaste = '\u001b[?2004h';
const disableBracketedPaste = '\u001b[?2004l';

/** Reads messages from a terminal: one line each, or the several lines of a paste. */
export class LinePrompt implements Disposable {
  readonly #options: LinePromptOptions;
  readonly #gate: InputGate;
  readonly #output: PromptOutput;
  readonly #readline: Interface;
  #pending: ((message: string | undefined) => void) | undefined;
  #lines: string[] = [];
  #pasting = false;
  #exitOnInterrupt = false;
  #closed = false;

  constructor(options: LinePromptOptions) {
    this.#options = options;
    this.#gate = new InputGate(options.input);
    this.#output = new PromptOutput(options.output);
    this.#readline = createInterface({
      input: this.#gate,
      output: this.#output,
      terminal: true,
      history: [...options.history],
      historySize: options.historySize,
      removeHistoryDuplicates: true,
    });
    this.#readline.on('line', (line) => this.#onLine(line));
    this.#readline.on('SIGINT', () => this.#onInterrupt());
    this.#readline.on('close', () => {
      this.#closed = true;
      if (this.#pending) this.#output.write('\n');
      this.#settle(undefined);
    });
    this.#gate.on('keypress', (_text: string | undefined, key: Key) => this.#onKey(key));
    options.output.write(enableBracketedPaste);
  }

  /** Called for Ctrl-C while no message is being read. */
  set onInterrupt(handler: (() => void) | undefined) {
    this.#gate.onInterrupt = handler;
  }

  /**
   * Waits for a message.
   *
   * @returns the text, or `undefined` when the user leaves with Ctrl-D, or with Ctrl-C twice
   * @throws `signal.reason` when aborted
   */
  async read(signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    if (this.#closed) return undefined;
    let onAbort = () => {};
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort);
        this.#pending = resolve;
        this.#exitOnInterrupt = false;
        this.#output.open = true;
        this.#show(this.#options.prompt);
        this.#gate.open();
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#pending = undefined;
      this.#output.open = false;
    }
  }

  /** Does what Ctrl-C does. */
  interrupt(): void {
    if (this.#pending) this.#onInterrupt();
    else this.#gate.onInterrupt?.();
  }

  [Symbol.dispose](): void {
    this.#readline.close();
    this.#gate.detach();
    this.#output.detach();
    this.#options.output.write(disableBracketedPaste);
  }

  #onKey(key: Key): void {
    if (key.name === 'paste-start') this.#pasting = true;
    if (key.name === 'paste-end') this.#pasting = false;
    if (!(key.ctrl && key.name === 'c')) this.#exitOnInterrupt = false;
  }

  #onLine(line: string): void {
    if (line !== '') this.#options.onHistoryLine(line);
    this.#lines.push(line);
    if (this.#pasting) {
      this.#show(this.#options.continuation);
      return;
    }
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 1 && line === '') lines.pop();
    this.#settle(lines.join('\n'));
  }

  #onInterrupt(): void {
    const { output, prompt } = this.#options;
    const hadText = this.#readline.line !== '' || this.#lines.length > 0;
    this.#lines = [];
    this.#pasting = false;
    output.write('\n');
    if (!hadText && this.#exitOnInterrupt) {
      this.#settle(undefined);
      return;
    }
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
    if (!hadText) output.write('Ctrl-C once more, or Ctrl-D, leaves.\n');
    this.#exitOnInterrupt = !hadText;
    this.#show(prompt);
  }

  #show(prompt: string): void {
    this.#readline.setPrompt(prompt);
    this.#readline.prompt();
  }

  #settle(message: string | undefined): void {
    this.#output.open = false;
    this.#pending?.(message);
    this.#pending = undefined;
  }
}
