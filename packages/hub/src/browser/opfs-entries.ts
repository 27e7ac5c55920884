import { ifMissing } from './opfs-error.ts';
import type { OpfsFileHandle } from './opfs-handles.ts';
import { checkPath, openFolder, openHandle, splitPath } from './opfs-tree.ts';

/** Of a file that stands for a link. */
export const linkEnding = '.llamella-link';
/** Of a file whose time says when another was used last. */
export const usedEnding = '.llamella-used';
/** Of a file on its way to its name. */
export const temporaryEnding = '.llamella-temporary';

const longestTarget = 4096;

/** A file or folder, links followed. */
export interface OpfsEntry {
  readonly folder: FileSystemDirectoryHandle;
  readonly handle: OpfsFileHandle | FileSystemDirectoryHandle;
  readonly isLink: boolean;
}

/** Whether a name is the storage's own and no file of anyone's. */
export function isHidden(name: string): boolean {
  return name.endsWith(usedEnding) || name.endsWith(temporaryEnding);
}

/** The name that a link is seen by. */
export function visibleName(name: string): string {
  return name.endsWith(linkEnding) ? name.slice(0, -linkEnding.length) : name;
}

/** Finds a file or folder by its path from the root of OPFS; `undefined` when there is nothing. */
export async function findEntry(path: string): Promise<OpfsEntry | undefined> {
  const own = await findOwn(path);
  if (own !== undefined) return { ...own, isLink: false };
  const target = await linkTarget(path);
  const found = target === undefined ? undefined : await findOwn(target);
  return found && { ...found, isLink: true };
}

/** The path from the root of OPFS that a link names, `undefined` for what is none. */
export async function linkTarget(path: string): Promise<string | undefined> {
  const [parent, name] = splitPath(path);
  const folder = await openFolder(parent);
  const file = await (folder && (await openHandle(folder, `${name}${linkEnding}`)))?.getFile();
  if (file === undefined || file.size > longestTarget || (await openHandle(folder!, name))) return undefined;
  try {
    return checkPath(await file.text());
  } catch {
    return undefined;
  }
}

async function findOwn(path: string): Promise<Omit<OpfsEntry, 'isLink'> | undefined> {
  const [parent, name] = splitPath(path);
  const folder = await openFolder(parent);
  if (folder === undefined) return undefined;
  const handle =
    (await openHandle(folder, name)) ?? (await folder.getDirectoryHandle(name).catch(ifMissing(undefined)));
  return handle && { folder, handle };
}
