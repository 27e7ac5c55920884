import { isSpecialKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Finds the id of a token that text may become: not of a control token, which text must not forge. */
export function ordinaryTokens(vocabulary: Vocabulary): (text: string) => number | undefined {
  return (text) => {
    const id = vocabulary.idOf(text);
    return isSpecialKind(vocabulary.kinds[id ?? -1]) ? undefined : id;
  };
}
