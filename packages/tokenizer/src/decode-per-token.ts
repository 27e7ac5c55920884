import { cleanUpSpaces } from './clean-up-spaces.ts';
import type { DecodeStep } from './decode-step.ts';
import { matchesOf } from './pattern-matches.ts';

/** What a step does to one token. @returns `undefined` to leave the token out */
export type TokenRewrite = (token: string) => string | undefined;

/**
 * A step that rewrites whole tokens.
 *
 * @param open starts a text
 * @param inside see `DecodeStep.inside`
 */
export function perToken(open: () => TokenRewrite, inside: (token: string) => string): DecodeStep {
  return {
    inside,
    open: (next) => {
      const rewrite = open();
      let token = '';
      return {
        write: (part) => {
          token += part;
        },
        endToken: () => {
          const result = rewrite(token);
          token = '';
          if (result === undefined) return;
          next.write(result);
          next.endToken();
        },
        finish: () => next.finish(),
      };
    },
  };
}

/** Replaces the matches of a pattern in each token. @param pattern with flag `g` */
export function replaceInTokens(pattern: RegExp, replacement: string): DecodeStep {
  const rewrite = (token: string) => {
    let text = '';
    let done = 0;
    for (const { 0: matched, index } of matchesOf(token, pattern)) {
      text += token.slice(done, index) + replacement;
      done = index + matched.length;
    }
    return text + token.slice(done);
  };
  return perToken(() => rewrite, rewrite);
}

/** Turns `replacement` into spaces; at the start of a text it stands for none, unless the scheme is `never`. */
export function metaspaceToSpaces(replacement: string, prefixed: boolean): DecodeStep {
  const spaces = (token: string) => token.replaceAll(replacement, ' ');
  return perToken(() => {
    let first = prefixed;
    return (token) => {
      if (!first) return spaces(token);
      first = false;
      return token.replaceAll(replacement, '');
    };
  }, spaces);
}

/** Joins words, each of which starts with a token without `prefix`. */
export function joinWordPieces(prefix: string, cleanUp: boolean): DecodeStep {
  const clean = (token: string) => (cleanUp ? cleanUpTokens(token) : token);
  const inside = (token: string) =>
    clean(token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`);
  return perToken(() => {
    let first = true;
    return (token) => {
      if (!first) return inside(token);
      first = false;
      return clean(token);
    };
  }, inside);
}

/** Connectionist temporal classification: drops repeated tokens and padding. */
export function collapseRepeats(padding: string, delimiter: string, cleanUp: boolean): DecodeStep {
  const rewrite = (token: string) => {
    const text = token.replaceAll(padding, '');
    return cleanUp ? cleanUpTokens(text).replaceAll(delimiter, ' ') : text;
  };
  return perToken(() => {
    let before: string | undefined;
    return (token) => {
      if (token === before) return undefined;
      before = token;
      return rewrite(token) || undefined;
    };
  }, rewrite);
}

/** Puts a space between tokens: how tokens without a decoder are written. */
export const joinWithSpaces: DecodeStep = perToken(
  () => {
    let first = true;
    return (token) => {
      const text = first ? token : ` ${token}`;
      first = false;
      return text;
    };
  },
  (token) => ` ${token}`,
);

function cleanUpTokens(token: string): string {
  return cleanUpSpaces(token, true);
}
