import { type ByteSource, InvalidFileError, LlamellaError } from '@llamella/spec';
import { checkInside } from '../check-inside.ts';
import type { ModelFiles } from '../model-files.ts';

/** How the files of a model are opened, by their names, with `/` between folders. */
export type FileOpeners = ReadonlyMap<string, () => Promise<ByteSource>>;

/**
 * The files of a model that a page has: dropped ones, or those in its own file system.
 *
 * @param name what errors call them together; nothing for a few files of a folder without a name
 */
export function namedFiles(name: string, files: FileOpeners, inside = ''): ModelFiles {
  const path = (file: string) => (name === '' ? file : `${name}/${file}`);
  return {
    name: name === '' ? 'the files of the model' : name,
    path,
    list: async () =>
      [...files.keys()]
        .filter((each) => each.startsWith(inside) && !each.slice(inside.length).includes('/'))
        .map((each) => each.slice(inside.length)),
    folder: (folder) =>
      folder === ''
        ? namedFiles(name, files, inside)
        : namedFiles(path(folder), files, `${inside}${folder}/`),
    async open(file) {
      const open = files.get(inside + checkInside(name, file).join('/'));
      if (open === undefined) throw missing(path(file));
      return open();
    },
    async read(file, mostBytes, signal) {
      const source = await files.get(inside + file)?.();
      if (source === undefined) return undefined;
      try {
        const { size } = source;
        if (size <= mostBytes) return await source.read(0, size, signal);
        throw new InvalidFileError({ file: source.name }, `has ${size} bytes, more than ${mostBytes}`);
      } finally {
        await source.close?.();
      }
    },
  };
}

function missing(path: string): LlamellaError {
  return new LlamellaError(
    'not-found',
    `${path}: this file of the model is missing; choose all of its files together`,
  );
}
