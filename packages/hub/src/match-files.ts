import type { HubFile } from './hub-file.ts';
import { baseName, groupModels } from './model-groups.ts';
import { isQuantization } from './quantization.ts';

/**
 * All files that a selection means: a file with the other parts of a split one, a folder, a pattern with `*`, or a
 * quantization; everything without one.
 */
export function matchFiles<File extends HubFile>(
  files: readonly File[],
  selection: string | undefined,
): File[] {
  if (selection === undefined) return [...files];
  const path = selection.replace(/^\.\//, '').replace(/\/$/, '');
  const groups = groupModels(files).filter(({ format }) => format === 'gguf');
  const file = files.find((item) => item.path === path);
  if (file !== undefined)
    return (groups.find((group) => group.files.includes(file))?.files as File[]) ?? [file];
  const inFolder = files.filter((item) => item.path.startsWith(`${path}/`));
  if (inFolder.length > 0) return inFolder;
  if (path.includes('*')) return files.filter((item) => matchesPattern(item.path, path));
  const fitting = groups.filter(({ quantization }) => isQuantization(quantization ?? '', path));
  const exact = fitting.filter(({ quantization }) => quantization === path.toUpperCase());
  return (exact.length > 0 ? exact : fitting).flatMap((group) => group.files as File[]);
}

/**
 * Whether a path fits a pattern in which `*` stands for any characters; without a `/` only the last part of the path
 * counts. Upper and lower case are the same. Takes time linear in both.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const text = (pattern.includes('/') ? path : baseName(path)).toLowerCase();
  const pieces = pattern.toLowerCase().split('*');
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  if (pieces.length === 1) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}
