import { InvalidFileError } from '@llamella/spec';

/**
 * Checks a name that one of a model's files gives for another.
 *
 * @returns its parts
 * @throws {InvalidFileError} when it leads out of the folder
 */
export function checkInside(folder: string, name: string): string[] {
  const parts = name.split(/[\\/]/);
  if (name !== '' && !/^[A-Za-z]:/.test(name) && !parts.some((part) => part === '' || part === '..')) {
    return parts;
  }
  throw new InvalidFileError(
    { file: folder },
    `the file name ${JSON.stringify(name.slice(0, 200))} leads out of it`,
  );
}
