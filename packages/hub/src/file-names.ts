import { InvalidFileError } from '@llamella/spec';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const forbidden = /[\u0000-\u001f\u007f<>:"|?*\\]/;
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;
const maximumPath = 1024;
const maximumName = 200;

/**
 * Why a path that a server named cannot be a file below a folder on every system, `undefined` when it can: no `..`,
 * nothing absolute, no control characters, nothing that Windows reads as a device, a drive or another name.
 */
export function fileNameProblem(path: string): string | undefined {
  if (path === '' || path.length > maximumPath) return `it has ${path.length} characters`;
  if (forbidden.test(path)) return 'it has a character that no file name has on every system';
  for (const name of path.split('/')) {
    if (name === '') return 'it has an empty part, or is absolute';
    if (name === '.' || name === '..') return `it has a part "${name}"`;
    if (/[. ]$/.test(name) || name.startsWith(' '))
      return 'a part ends or starts with a space, or ends with a dot';
    if (devices.test(name)) return `"${name}" is a device on Windows`;
    if (new TextEncoder().encode(name).length > maximumName) return 'a part is too long';
    if (!name.isWellFormed()) return 'it is not valid Unicode';
  }
  return undefined;
}

/** @throws {InvalidFileError} when a path is unsafe, or one path is a folder on the way to another */
export function checkFileNames(paths: readonly string[], source: string): void {
  const all = new Set(paths.map((path) => path.toLowerCase()));
  if (all.size < paths.length) {
    throw new InvalidFileError({ file: source }, 'two of the files have the same name but for upper case');
  }
  for (const path of paths) {
    const problem = fileNameProblem(path);
    if (problem !== undefined) {
      const shown = JSON.stringify(path.slice(0, 200));
      throw new InvalidFileError({ file: source }, `the file name ${shown} is refused: ${problem}`);
    }
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (all.has(path.slice(0, end).toLowerCase())) {
        throw new InvalidFileError({ file: source }, `${path.slice(0, end)} is a file and a folder`);
      }
    }
  }
}
