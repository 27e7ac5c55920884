/**
 * Whether a path names a file inside the folder that it is relative to: no absolute path, drive letter, `..`, or
 * control character. Links inside the folder are for the one who opens files to judge.
 */
export function isInnerPath(path: string): boolean {
  if (path === '' || path.length > 1024) return false;
  if (/^[/\\]|^[a-z]:|^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (/[\x00-\x1f]/.test(path)) return false;
  return path.split(/[/\\]/).every((part) => part !== '..');
}
