/** Where a writer puts its bytes: a file, a stream, memory. The counterpart of `ByteSource`, from the start to the end. */
export interface ByteSink {
  /** Appends bytes. They may be reused once the promise is settled. */
  write(bytes: Uint8Array): Promise<void>;
}
