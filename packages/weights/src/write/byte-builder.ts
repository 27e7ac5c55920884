const encoder = new TextEncoder();

/** Bytes that grow at their end; integers and floats are little-endian. */
export class ByteBuilder {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #reserve(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.#bytes.byteLength));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }

  bytes(values: Uint8Array): void {
    const start = this.#reserve(values.byteLength);
    this.#bytes.set(values, start);
  }

  uint32(value: number): void {
    const start = this.#reserve(4);
    this.#view.setUint32(start, value, true);
  }

  uint64(value: number | bigint): void {
    const start = this.#reserve(8);
    this.#view.setBigUint64(start, BigInt(value), true);
  }

  /** A string as GGUF has it: its length in bytes, then UTF-8. */
  string(text: string): void {
    const values = encoder.encode(text);
    this.uint64(values.byteLength);
    this.bytes(values);
  }

  /** @returns the bytes so far, filled up with zeros to a multiple of `alignment` */
  finish(alignment: number): Uint8Array {
    this.#reserve(-this.length & (alignment - 1));
    return this.#bytes.subarray(0, this.length);
  }
}
