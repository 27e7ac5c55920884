import { byteOfUnit } from './byte-alphabet.ts';
import type { DecodeStep, TokenWriter } from './decode-step.ts';

const byteToken = /^<0x[\da-f]{2}>$/i;

/**
 * Turns runs of tokens such as `<0x0A>` into the text that their bytes are. A run that is not UTF-8 becomes one
 * U+FFFD per byte, so that nothing of a run is certain before its end.
 *
 * Source: decoders/byte_fallback.rs of https://github.com/huggingface/tokenizers
 */
export const byteFallback: DecodeStep = {
  inside: (token) => (byteToken.test(token) ? Uint8Array.of(Number(token.slice(1, 5))) : token),
  open: (next) => {
    let token = '';
    let bytes: number[] = [];
    const flush = () => {
      for (const part of bytes.length > 0 ? textsOf(bytes) : []) writeToken(next, part);
      bytes = [];
    };
    return {
      write: (part) => {
        token += part;
      },
      endToken: () => {
        if (byteToken.test(token)) bytes.push(Number(token.slice(1, 5)));
        else {
          flush();
          writeToken(next, token);
        }
        token = '';
      },
      finish: () => {
        flush();
        next.finish();
      },
    };
  },
};

function textsOf(bytes: number[]): string[] {
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  } catch {
    return bytes.map(() => '\ufffd');
  }
}

function writeToken(writer: TokenWriter, token: string): void {
  writer.write(token);
  writer.endToken();
}

/** Joins all tokens to one. */
export const fuse: DecodeStep = {
  joins: true,
  inside: (token) => token,
  open: (next) => ({
    write: (part) => next.write(part),
    endToken: () => {},
    finish: () => {
      next.endToken();
      next.finish();
    },
  }),
};

/** Joins all tokens to the text that their bytes are, written in the byte-level alphabet. */
export const byteLevel: DecodeStep = {
  joins: true,
  inside: bytesOf,
  open: (next) => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let token = '';
    return {
      write: (part) => {
        token += part;
      },
      endToken: () => {
        next.write(decoder.decode(bytesOf(token), { stream: true }));
        token = '';
      },
      finish: () => {
        next.write(decoder.decode());
        next.endToken();
        next.finish();
      },
    };
  },
};

/** A token with other characters stands for itself. */
function bytesOf(token: string): Uint8Array {
  const bytes = Uint8Array.from(token, (character) => Math.max(0, byteOfUnit(character.charCodeAt(0))));
  for (let i = 0; i < token.length; i++) {
    if (byteOfUnit(token.charCodeAt(i)) < 0) return new TextEncoder().encode(token);
  }
  return bytes;
}

/** Takes up to so many times `content`, one character, from the start and the end of each token. */
export function stripTokens(content: string, start: number, stop: number): DecodeStep {
  const isContent = (text: string, at: number) => text.startsWith(content, at);
  return {
    inside: (token, isWholeText) => {
      if (isWholeText) return token;
      let from = 0;
      for (let i = 0; i < start && isContent(token, from); i++) from += content.length;
      let to = token.length;
      for (let i = 0; i < stop && to - content.length >= from && isContent(token, to - content.length); i++)
        to -= content.length;
      return token.slice(from, to);
    },
    open: (next) => {
      let left = start;
      let held = '';
      return {
        write: (part) => {
          let at = 0;
          for (; left > 0 && at < part.length; left--) {
            if (!isContent(part, at)) left = 1;
            else at += content.length;
          }
          const text = held + part.slice(at);
          let end = text.length;
          for (let i = 0; i < stop && end >= content.length && isContent(text, end - content.length); i++)
            end -= content.length;
          if (end > 0) next.write(text.slice(0, end));
          held = text.slice(end);
        },
        endToken: () => {
          next.endToken();
          left = start;
          held = '';
        },
        finish: () => next.finish(),
      };
    },
  };
}

/** Turns the mark of a word's end into a space, except at the end of the text. */
export function wordEnds(suffix: string): DecodeStep {
  const replace = (token: string, by: string) => (suffix === '' ? token : token.replaceAll(suffix, by));
  return {
    inside: (token) => replace(token, ' '),
    open: (next) => {
      let token = '';
      let held: string | undefined;
      return {
        write: (part) => {
          token += part;
        },
        endToken: () => {
          if (held !== undefined) writeToken(next, replace(held, ' '));
          held = token;
          token = '';
        },
        finish: () => {
          if (held !== undefined) writeToken(next, replace(held, ''));
          next.finish();
        },
      };
    },
  };
}
