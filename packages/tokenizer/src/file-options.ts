/** How to read a tokenizer from a file. */
export interface FileOptions {
  /** What errors call the file. */
  readonly name?: string;
}
