import { InvalidFileError, LlamellaError } from '@llamella/spec';

/** For `catch`: a value for what does not exist, or is not of the kind that was asked for. */
export function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EINVAL') return value;
    throw error;
  };
}

/** An error of the file system as one of ours; other errors stay what they are. */
export function diskError(error: unknown, place: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (LlamellaError.isInstance(error) || !(error instanceof Error) || typeof code !== 'string') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const advice = 'the disk is full; make room and call again, which goes on from here';
    return new LlamellaError('no-space', `${place}: ${advice}`, { cause: error });
  }
  return new InvalidFileError({ file: place }, `cannot be used: ${error.message}`, { cause: error });
}
