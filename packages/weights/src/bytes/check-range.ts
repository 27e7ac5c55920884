import { type ByteSource, InvalidArgumentError } from '@llamella/spec';

/** @throws {InvalidArgumentError} when `length` bytes from `offset` are not all inside the source */
export function checkRange(source: Pick<ByteSource, 'name' | 'size'>, offset: number, length: number): void {
  const inside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!inside || length > source.size - offset) {
    throw new InvalidArgumentError(
      'offset, length',
      `${length} bytes from ${offset} are not inside ${source.name}, which has ${source.size} bytes`,
    );
  }
}
