/**
 * Random access to bytes: a file, an HTTP resource, a Blob, a file in OPFS, or memory. The one seam through
 * which every reader gets its input, so that no reader knows the platform.
 */
export interface ByteSource {
  /** What errors call this source: a path or a URL. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes from `offset`. The result is owned by the caller.
   *
   * @throws {InvalidArgumentError} when the range is not inside the source
   * @throws {InvalidFileError} when the source turns out to be shorter than `size`
   * @throws `signal.reason` when aborted
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Releases what the source holds open. Reading afterwards is an error. */
  close?(): Promise<void>;
}
