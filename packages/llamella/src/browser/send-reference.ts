import { InvalidArgumentError } from '@llamella/spec';
import type { BrowserModelReference } from './browser-model.ts';
import type { NamedFile, SentReference } from './messages.ts';

/** A reference as the worker takes it: with whole addresses, and files by their names in the folder. @throws {InvalidArgumentError} */
export function sendReference(reference: BrowserModelReference): SentReference {
  if (reference === undefined || reference === 'smollm2') return { text: undefined };
  if (typeof reference === 'string') return { text: wholeAddress(reference) };
  return { files: nameFiles(reference) };
}

/** Names of files in the folder that was chosen, which their copies in a worker have lost. A `FileList` will do, too. */
export function nameFiles(chosen: ArrayLike<File>): NamedFile[] {
  const files = Array.from(chosen);
  if (files.length === 0) throw new InvalidArgumentError('files', 'no file was chosen');
  const paths = files.map((file) => file.webkitRelativePath || file.name);
  const top = /^[^/]*\//.exec(paths[0]!)?.[0] ?? '';
  const isFolder = top !== '' && paths.every((path) => path.startsWith(top));
  return files.map((file, index) => ({
    name: isFolder ? paths[index]!.slice(top.length) : paths[index]!,
    file,
  }));
}

/** A reference with a whole address. @throws {InvalidArgumentError} when it is empty */
export function wholeAddress(text: string): string {
  if (text === 'smollm2') return text;
  if (/^[a-z][a-z\d+.-]*:/i.test(text)) return text;
  if (text === '') throw new InvalidArgumentError('model', 'the reference is empty');
  return new URL(text, document.baseURI).href;
}
