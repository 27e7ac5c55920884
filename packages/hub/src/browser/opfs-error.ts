import { InvalidFileError, LlamellaError } from '@llamella/spec';
import { sizeText } from './size-text.ts';
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

/** An error of OPFS as one of ours; other errors stay what they are. */
export async function opfsError(error: unknown, place: string): Promise<unknown> {
  if (
    LlamellaError.isInstance(error) ||
    !(error instanceof DOMException || isNamed(error, 'QuotaExceededError'))
  )
    return error;
  if (isNamed(error, 'QuotaExceededError')) return await noSpace(error);
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
export async function noSpace(cause?: unknown): Promise<LlamellaError> {
  const { freeBytes, usageBytes } = await estimateStorage();
  const free =
    freeBytes === undefined ? 'does not say how much is free' : `says that ${sizeText(freeBytes)} are free`;
  const used = usageBytes === undefined ? '' : `, and ${sizeText(usageBytes)} are used by this site`;
  const advice = 'make room, such as by removing a model, and try again';
  return new LlamellaError('no-space', `the browser gives no more room (it ${free}${used}); ${advice}`, {
    cause,
  });
}
