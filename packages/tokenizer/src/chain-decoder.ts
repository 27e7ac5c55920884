import type { StreamingDecoder } from '@llamella/spec';
import type { DecodeStep, TokenWriter } from './decode-step.ts';
import type { TokenDecoder } from './token-decoder.ts';
import { isSpecialKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Decodes by a chain of steps, each of which rewrites the tokens that the one before it made. */
export class ChainDecoder implements TokenDecoder {
  readonly #steps: readonly DecodeStep[];
  readonly #vocabulary: Vocabulary;

  constructor(steps: readonly DecodeStep[], vocabulary: Vocabulary) {
    this.#steps = steps;
    this.#vocabulary = vocabulary;
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
        const token = this.#vocabulary.tokens[id];
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
    const token = this.#vocabulary.tokens[id] ?? '';
    if (isSpecialKind(this.#vocabulary.kinds[id])) return new TextEncoder().encode(token);
    let text = token;
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
