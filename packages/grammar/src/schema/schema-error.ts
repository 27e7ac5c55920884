import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';

/** A schema that is not a schema. @param pointer JSON pointer of the place, with the keyword */
export const invalidSchema = (pointer: string, problem: string): InvalidArgumentError =>
  new InvalidArgumentError('schema', `${problem} (at ${pointer || '#'})`);

/** A schema that cannot be made into a grammar. @param pointer JSON pointer of the place, without the keyword */
export const unsupportedKeyword = (keyword: string, pointer: string, why: string): UnsupportedError =>
  new UnsupportedError(`The schema keyword "${keyword}" at ${pointer}/${escapeToken(keyword)}`, why);

export const escapeToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');
