import { type ByteSource, InvalidFileError } from '@llamella/spec';

const firstWindow = 2 ** 20;
const largestWindow = 2 ** 22;

/**
 * Reads a file from its start through a window that is refilled as needed, so that a header is parsed without
 * reading the file. Call `need` before the synchronous readers.
 */
export class HeaderReader {
  readonly source: ByteSource;
  readonly #signal: AbortSignal | undefined;
  #windowSize = firstWindow;
  /** File offset of the window's first byte. */
  #start = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Index into `bytes` of the next byte. */
  position = 0;

  constructor(source: ByteSource, signal?: AbortSignal) {
    this.source = source;
    this.#signal = signal;
  }

  /** File offset of the next byte. */
  get offset(): number {
    return this.#start + this.position;
  }

  /** Bytes from here to the end of the file. */
  get remaining(): number {
    return this.source.size - this.offset;
  }

  /** Bytes that can be read without `need`. */
  get available(): number {
    return this.bytes.byteLength - this.position;
  }

  error(problem: string, offset = this.offset): InvalidFileError {
    return new InvalidFileError({ file: this.source.name, offset }, problem);
  }

  /** Makes the next `count` bytes available. @throws {InvalidFileError} when the file ends before */
  async need(count: number, what: string): Promise<void> {
    if (count > this.remaining) {
      throw this.error(`the file ends inside ${what}: ${count} bytes expected, ${this.remaining} left`);
    }
    if (this.available < count) await this.#fill(count);
  }

  async #fill(count: number): Promise<void> {
    const kept = this.bytes.subarray(this.position);
    const start = this.offset;
    const size = Math.min(Math.max(count, this.#windowSize), this.source.size - start);
    const fresh = await this.#read(start + kept.byteLength, size - kept.byteLength);
    const bytes = new Uint8Array(size);
    bytes.set(kept);
    bytes.set(fresh, kept.byteLength);
    this.#show(bytes, start);
    this.#windowSize = Math.min(this.#windowSize * 2, largestWindow);
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.source.read(offset, length, this.#signal);
    if (bytes.byteLength !== length) {
      throw this.error(`${length} bytes asked for, ${bytes.byteLength} read`, offset);
    }
    return bytes;
  }

  #show(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#start = start;
    this.position = 0;
  }

  /** The next `count` bytes in a buffer of their own; a long run is read without passing through the window. */
  async take(count: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    if (count > largestWindow && count <= this.remaining) {
      const bytes = new Uint8Array(await this.#read(this.offset, count));
      this.#show(new Uint8Array(0), this.offset + count);
      return bytes;
    }
    await this.need(count, what);
    this.position += count;
    return new Uint8Array(this.bytes.subarray(this.position - count, this.position));
  }

  uint32(): number {
    this.position += 4;
    return this.view.getUint32(this.position - 4, true);
  }

  /** An unsigned 64-bit integer that is a count, a length or an offset. */
  size(what: string): number {
    const value =
      this.view.getUint32(this.position, true) + this.view.getUint32(this.position + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value))
      throw this.error(`${what} is ${this.view.getBigUint64(this.position, true)}`);
    this.position += 8;
    return value;
  }
}
