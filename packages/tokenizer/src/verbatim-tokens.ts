import type { TokenPattern } from './added-tokens.ts';
import { isSpecialKind, TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Control, unknown and user-defined tokens, which are looked for in the text as they are written. */
export function verbatimTokens(vocabulary: Vocabulary): TokenPattern[] {
  return vocabulary.tokens.flatMap((content, id) => {
    const kind = vocabulary.kinds[id];
    const special = isSpecialKind(kind);
    if (content === undefined || !(special || kind === TokenKind.userDefined)) return [];
    return [{ token: { id, content, special }, text: content }];
  });
}
