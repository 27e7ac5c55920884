import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { MountedBytes } from './ort-module.ts';

/** Reads part of a file without waiting. @returns how many bytes were read */
type ReadAt = (target: Uint8Array, at: number) => number;

/** Weights that stay in a file of the origin private file system: one constant at a time is in memory. */
export class FileWeights implements MountedBytes {
  readonly byteLength: number;
  readonly #read: ReadAt;
  readonly #close: () => void;
  #buffer = new Uint8Array(0);
  #failure: unknown;

  private constructor(byteLength: number, read: ReadAt, close: () => void) {
    this.byteLength = byteLength;
    this.#read = read;
    this.#close = close;
  }

  /**
   * Opens the file beside others that read it, or alone where a browser knows no other way; while someone has it alone,
   * through a snapshot.
   *
   * @throws {InvalidArgumentError} when it does not have `byteLength` bytes
   */
  static async open(file: FileSystemFileHandle, byteLength: number): Promise<FileWeights> {
    const handle = await openForReading(file).catch(() => undefined);
    const snapshot = await file.getFile();
    const size = handle?.getSize() ?? snapshot.size;
    if (size !== byteLength) {
      handle?.close();
      throw new InvalidArgumentError(
        'weights',
        `the plan needs ${byteLength} bytes, ${file.name} has ${size}`,
      );
    }
    if (handle !== undefined) {
      return new FileWeights(
        size,
        (target, at) => handle.read(target, { at }),
        () => handle.close(),
      );
    }
    const reader = new FileReaderSync();
    const read: ReadAt = (target, at) => {
      const bytes = new Uint8Array(reader.readAsArrayBuffer(snapshot.slice(at, at + target.length)));
      target.set(bytes);
      return bytes.length;
    };
    return new FileWeights(size, read, () => {});
  }

  /** Bytes from `begin` up to `end`, valid until the next call. @throws when they cannot be read */
  subarray(begin: number, end: number): Uint8Array {
    const length = end - begin;
    if (this.#buffer.length < length) {
      this.#buffer.buffer.transfer(0);
      this.#buffer = new Uint8Array(length);
    }
    const bytes = this.#buffer.subarray(0, length);
    try {
      for (let done = 0; done < length; ) {
        const read = this.#read(bytes.subarray(done), begin + done);
        if (read === 0) throw new RangeError(`the file ends before byte ${end}`);
        done += read;
      }
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    return bytes;
  }

  /** @throws {LlamellaError} `backend` when a part could not be read */
  check(): void {
    if (this.#failure === undefined) return;
    const problem = `the weights could not be read: ${String(this.#failure)}`;
    throw new LlamellaError('backend', problem, { cause: this.#failure });
  }

  /** Lets the file go. */
  close(): void {
    this.#close();
    // A collection would come later.
    this.#buffer.buffer.transfer(0);
  }
}

/** `mode` is not in the types of TypeScript yet. */
function openForReading(file: FileSystemFileHandle): Promise<SyncHandle> {
  return (file as unknown as SyncFile).createSyncAccessHandle({ mode: 'read-only' });
}

/** Of workers; the types here are those of pages. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

interface SyncFile {
  createSyncAccessHandle(options: { readonly mode: string }): Promise<SyncHandle>;
}

interface SyncHandle {
  getSize(): number;
  read(target: Uint8Array, options: { readonly at: number }): number;
  close(): void;
}
