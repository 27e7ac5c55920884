import { LlamellaError } from '@llamella/spec';

/** Code of the LlamellaError that `action` throws or rejects with, or `no error`; anything else is passed on. */
export async function errorCode(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (LlamellaError.isInstance(error)) return error.code;
    throw error;
  }
  return 'no error';
}
