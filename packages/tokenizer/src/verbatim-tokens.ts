import type { AddedToken } from './added-tokens.ts';
import { isSpecialKind, TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Control, unknown and user-defined tokens, which are looked for in the text as they are written. */
export function verbatimTokens(vocabulary: Vocabulary): { token: AddedToken; text: string }[] {
  return vocabulary.tokens.flatMap((content, id) => {
    const kind = vocabulary.kinds[id];
    const special = isSpecialKind(kind);
    if (content === undefined || !(special || kind === TokenKind.userDefined)) return [];
    const flags = { special, singleWord: false, leftStrip: false, rightStrip: false, normalized: false };
    return [{ token: { id, content, ...flags }, text: content }];
  });
}
