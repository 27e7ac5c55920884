import { Transform, type TransformCallback } from 'node:stream';
import type { InputStream } from '../command-context.ts';

const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';
const controlC = 0x03;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/**
 * Stands between a terminal in raw mode and readline. It lets one line through at a time: while an answer is being
 * written, keys wait here instead of being echoed into it, and Ctrl-C is reported at once.
 */
export class InputGate extends Transform {
  readonly isTTY = true;
  /** Called for Ctrl-C while the gate is shut. */
  onInterrupt: (() => void) | undefined;
  readonly #source: InputStream;
  #open = false;
  #waiting: Buffer = Buffer.alloc(0);
  #recent = '';
  #pasting = false;
  #finish: TransformCallback | undefined;

  constructor(source: InputStream) {
    super();
    this.#source = source;
    source.pipe(this);
  }

  setRawMode(mode: boolean): void {
    this.#source.setRawMode?.(mode);
  }

  /** Lets input through up to the end of the next line; line breaks inside a paste do not count. */
  open(): void {
    this.#open = true;
    const waiting = this.#waiting;
    this.#waiting = Buffer.alloc(0);
    this.#pass(waiting);
    this.#endIfDone();
  }

  detach(): void {
    this.#source.unpipe(this);
    this.#source.pause();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#open) this.#pass(chunk);
    else this.#hold(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#finish = done;
    this.#endIfDone();
  }

  #hold(chunk: Buffer): void {
    const interruptAt = chunk.lastIndexOf(controlC);
    if (interruptAt < 0) {
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      return;
    }
    this.#waiting = Buffer.from(chunk.subarray(interruptAt + 1));
    this.onInterrupt?.();
  }

  #pass(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      this.#recent = (this.#recent + String.fromCharCode(byte)).slice(-pasteStart.length);
      if (this.#recent === pasteStart) this.#pasting = true;
      if (this.#recent === pasteEnd) this.#pasting = false;
      if (this.#pasting || (byte !== carriageReturn && byte !== lineFeed)) continue;
      const end = at + 1;
      const rest = byte === carriageReturn && chunk[end] === lineFeed ? end + 1 : end;
      this.#open = false;
      this.push(chunk.subarray(0, end));
      this.#hold(chunk.subarray(rest));
      return;
    }
    if (chunk.length > 0) this.push(chunk);
  }

  #endIfDone(): void {
    if (this.#waiting.length > 0) return;
    this.#finish?.();
    this.#finish = undefined;
  }
}
