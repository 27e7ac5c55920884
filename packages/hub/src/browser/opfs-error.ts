import { InvalidFileError, LlamellaError } from '@llamella/spec';
import { estimateStorage } from './storage-estimate.ts';

/** Whether an error of the browser has one of these names. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** For `catch`: a value for what does not exist, or is not of the kind that was asked for. */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isNamed(error, 'NotFoundError', 'TypeMismatchError')) return value;
    throw error;
  };
}

/**
 * An error of OPFS as one of ours; other errors stay what they are.
 *
 * @param needed bytes that were to be written
 */
export async function opfsError(error: unknown, place: string, needed?: number): Promise<unknown> {
  if (
    LlamellaError.isInstance(error) ||
    !(error instanceof DOMException || isNamed(error, 'QuotaExceededError'))
  )
    return error;
  if (isNamed(error, 'QuotaExceededError')) return await noSpace(place, needed, error);
  if (isNamed(error, 'NoModificationAllowedError')) {
    const advice = 'is in use, perhaps in another tab; close that and try again';
    return new LlamellaError('busy', `${place}: ${advice}`, { cause: error });
  }
  if (isNamed(error, 'NotFoundError')) {
    return new LlamellaError('not-found', `${place}: there is no such file any more`, { cause: error });
  }
  return new InvalidFileError({ file: place }, `cannot be used: ${(error as Error).message}`, {
    cause: error,
  });
}

/** The browser gives no more room. */
export async function noSpace(
  place: string,
  needed: number | undefined,
  cause?: unknown,
): Promise<LlamellaError> {
  const { freeBytes, usageBytes } = await estimateStorage();
  const wanted = needed === undefined ? 'more bytes' : `${needed} more bytes`;
  const free = freeBytes === undefined ? 'an unknown number is free' : `${freeBytes} are free`;
  const used = usageBytes === undefined ? '' : `, ${usageBytes} are used by this site`;
  const advice = 'what was downloaded stays; make room, such as by removing a model, and call again';
  return new LlamellaError(
    'no-space',
    `${place}: the browser has no room for ${wanted} (${free}${used}); ${advice}`,
    {
      cause,
    },
  );
}
