import { HttpError } from './http-error.ts';
import type { Clock } from './platform.ts';

const firstPause = 500;
const longestPause = 30_000;
const longestRetryAfter = 300_000;

/** Counts failures in a row, and waits between them. */
export interface Attempts {
  /** Something went well: the count starts anew. */
  reset(): void;
  /** Waits before the next attempt. @throws the error itself when it is final, or came too often */
  failed(error: unknown, signal: AbortSignal): Promise<void>;
}

/**
 * Exponential backoff: before the nth attempt a random time up to 0.5 s times 2 to the power of n, at least half of
 * it and 30 s at most, so that many clients do not come back at the same moment. A time that the server names is
 * kept, up to 5 minutes; more than that ends it.
 *
 * @param maximum attempts in a row that may fail
 */
export function createAttempts(maximum: number, clock: Clock): Attempts {
  let failures = 0;
  return {
    reset() {
      failures = 0;
    },
    async failed(error, signal) {
      signal.throwIfAborted();
      if (!(error instanceof HttpError) || !error.isTransient) throw error;
      failures++;
      const { retryAfter } = error;
      if (retryAfter !== undefined && retryAfter > longestRetryAfter) {
        const seconds = Math.ceil(retryAfter / 1000);
        throw new HttpError('network', `${error.message}; it wants to be asked again in ${seconds} s`, {
          status: error.status,
          cause: error,
        });
      }
      if (failures >= maximum) {
        throw new HttpError('network', `${error.message}; gave up after ${failures} attempts`, {
          status: error.status,
          cause: error,
        });
      }
      const limit = Math.min(longestPause, firstPause * 2 ** failures);
      await clock.sleep(Math.max(retryAfter ?? 0, limit * (0.5 + clock.random() / 2)), signal);
    },
  };
}
