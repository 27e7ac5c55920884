import { Writable } from 'node:stream';
import type { OutputStream } from '../command-context.ts';

/** Readline's way to the terminal. Shut while an answer is written, so that a resize does not redraw the prompt. */
export class PromptOutput extends Writable {
  readonly isTTY = true;
  open = false;
  readonly #target: OutputStream;

  constructor(target: OutputStream) {
    super({ decodeStrings: false });
    this.#target = target;
    target.on('resize', this.#onResize);
  }

  get columns(): number {
    return this.#target.columns ?? 80;
  }

  detach(): void {
    this.#target.removeListener('resize', this.#onResize);
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    if (this.open) this.#target.write(chunk);
    done();
  }

  readonly #onResize = (): void => {
    if (this.open) this.emit('resize');
  };
}
