import { LlamellaError } from './llamella-error.ts';

/** Where in a file something was wrong. `offset` is in bytes from the start of the file. */
export interface FileLocation {
  /** Path, URL or other name of the file. */
  readonly file: string;
  /** Bytes from the start of the file; absent where no place can be named. */
  readonly offset?: number;
}

/** A file is damaged, truncated, or not of the expected format. */
export class InvalidFileError extends LlamellaError {
  /** Path, URL or other name of the file. */
  readonly file: string;
  /** Bytes from the start of the file, `undefined` where no place can be named. */
  readonly offset: number | undefined;

  /** @param problem What was wrong, without the location, which is put in front of it. */
  constructor(location: FileLocation, problem: string, options?: ErrorOptions) {
    const at = location.offset === undefined ? '' : ` at byte ${location.offset}`;
    super('invalid-file', `${location.file}${at}: ${problem}`, options);
    this.name = 'InvalidFileError';
    this.file = location.file;
    this.offset = location.offset;
  }
}
