import type { ByteSource } from '@llamella/spec';

/** The files of a model's folder, by name, wherever they lie: on a disk, in a browser's file system, or dropped onto a page. */
export interface ModelFiles {
  /** What errors call the folder. */
  readonly name: string;
  /** What errors call a file of it. */
  path(name: string): string;
  /** Names of its files, in any order, and of its folders where the platform lists them. */
  list(): Promise<readonly string[]>;
  /** A folder in it; one that does not exist has no files. */
  folder(name: string): ModelFiles;
  /**
   * Opens a file that another file of the model names. The caller closes it.
   *
   * @throws {InvalidFileError} when the name leads out of the folder, or to what is no file
   * @throws {LlamellaError} `not-found` when there is no such file
   */
  open(name: string): Promise<ByteSource>;
  /**
   * Reads a whole file; `undefined` when there is none of that name.
   *
   * @throws {InvalidFileError} when it has more than `mostBytes`, or cannot be read
   * @throws `signal.reason` when aborted
   */
  read(name: string, mostBytes: number, signal?: AbortSignal): Promise<Uint8Array | undefined>;
}
