import { type ErrorCode, InvalidFileError, LlamellaError, UnsupportedError } from '@llamella/spec';

/** An error as it goes from thread to thread, where classes are lost. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of an error of ours. */
  readonly code: ErrorCode | undefined;
  /** Of an error of the system, such as `ENOSPC`. */
  readonly systemCode: string | undefined;
  readonly file: string | undefined;
  readonly offset: number | undefined;
}

export function plainError(error: unknown): PlainError {
  const known = (error instanceof Error ? error : new Error(String(error))) as Error & {
    readonly file?: string;
    readonly offset?: number;
    readonly code?: string;
  };
  const { name, message, stack, file, offset } = known;
  const isOurs = LlamellaError.isInstance(error);
  const codes = { code: isOurs ? error.code : undefined, systemCode: isOurs ? undefined : known.code };
  return { name, message, stack, file, offset, ...codes };
}

export function reviveError(plain: PlainError): Error {
  const error = emptyError(plain);
  error.message = plain.message;
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

function emptyError({ name, code, systemCode, file, offset, message }: PlainError): Error {
  if (code === 'invalid-file' && file !== undefined) {
    return new InvalidFileError({ file, ...(offset !== undefined && { offset }) }, message);
  }
  if (code === 'unsupported') return new UnsupportedError(message, '');
  if (code !== undefined) return new LlamellaError(code, message);
  return Object.assign(new Error(message), { name, ...(systemCode !== undefined && { code: systemCode }) });
}
