import type { StreamingDecoder } from '@llamella/spec';
import type { DecodeStep, TokenWriter } from './decode-step.ts';
import type { TokenDecoder } from './token-decoder.ts';

/** Decodes by a chain of steps, each of which rewrites the tokens that the one before it made. */
export class ChainDecoder implements TokenDecoder {
  readonly #steps: readonly DecodeStep[];
  readonly #textOf: (id: number) => string | undefined;

  /** @param textOf the token of an id */
  constructor(steps: readonly DecodeStep[], textOf: (id: number) => string | undefined) {
    this.#steps = steps;
    this.#textOf = textOf;
  }

  decode(ids: readonly number[]): string {
    const stream = this.stream();
    let text = '';
    for (const id of ids) text += stream.push(id);
    return text + stream.flush();
  }

  stream(): StreamingDecoder {
    let text = '';
    const take = () => {
      const taken = text;
      text = '';
      return taken;
    };
    const end: TokenWriter = {
      write: (part) => {
        text += part;
      },
      endToken: () => {},
      finish: () => {},
    };
    const first = this.#steps.reduceRight((next, step) => step.open(next), end);
    return {
      push: (id) => {
        const token = this.#textOf(id);
        if (token === undefined) return '';
        first.write(token);
        first.endToken();
        return take();
      },
      flush: () => {
        first.finish();
        return take();
      },
    };
  }

  bytesOf(id: number): Uint8Array {
    let text = this.#textOf(id) ?? '';
    let joined = false;
    for (const step of this.#steps) {
      const result = step.inside(text, joined);
      if (typeof result !== 'string') return result;
      text = result;
      joined ||= step.joins ?? false;
    }
    return new TextEncoder().encode(text);
  }
}
