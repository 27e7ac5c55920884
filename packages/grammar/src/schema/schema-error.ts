import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';

/** A schema that is not a schema. @param pointer JSON pointer of the place, with the keyword */
export const invalidSchema = (pointer: string, problem: string): InvalidArgumentError =>
  new InvalidArgumentError('schema', `${problem} (at ${pointer || '#'})`);

/** A schema that cannot be made into a grammar. @param pointer JSON pointer of the place, without the keyword */
export const unsupportedKeyword = (keyword: string, pointer: string, why: string): UnsupportedError =>
  new UnsupportedError(`The schema keyword "${keyword}" at ${pointer}/${escapeToken(keyword)}`, why);

/** A keyword whose opposite is no grammar. @param pointer as for {@link unsupportedKeyword} */
export const notNegatable = (keyword: string, pointer: string): UnsupportedError =>
  unsupportedKeyword(keyword, pointer, 'it cannot be negated, as "not", "oneOf" or "if" need it here');

export const escapeToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');
