import type { StreamingDecoder } from '@llamella/spec';
import type { DecodeStep, TokenWriter } from './decode-step.ts';
import { decodeByStream, type TokenDecoder } from './token-decoder.ts';

/**
 * Decodes by a chain of steps, each of which rewrites the tokens that the one before it made.
 *
 * @param textOf the token of an id
 */
export function chainDecoder(
  steps: readonly DecodeStep[],
  textOf: (id: number) => string | undefined,
): TokenDecoder {
  const stream = (): StreamingDecoder => {
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
    const first = steps.reduceRight((next, step) => step.open(next), end);
    return {
      push: (id) => {
        const token = textOf(id);
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
  };
  return {
    stream,
    decode: (ids) => decodeByStream(stream(), ids),
    bytesOf(id) {
      let text = textOf(id) ?? '';
      let joined = false;
      for (const step of steps) {
        const result = step.inside(text, joined);
        if (typeof result !== 'string') return result;
        text = result;
        joined ||= step.joins ?? false;
      }
      return new TextEncoder().encode(text);
    },
  };
}
