import { InvalidArgumentError } from '@llamella/spec';

/** @throws {InvalidArgumentError} when a range is not inside of a source */
export function checkRangeInside(name: string, size: number, offset: number, length: number): void {
  const isInside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (isInside && length <= size - offset) return;
  const problem = `${length} bytes from ${offset} are not inside ${name}, which has ${size} bytes`;
  throw new InvalidArgumentError('offset, length', problem);
}
