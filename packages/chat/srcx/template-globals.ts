import { strftime } from './strftime.ts';
import { templateError } from './template-error.ts';

/** Most numbers that `range` may give; Jinja's own sandbox has the same limit. */
const LONGEST_RANGE = 100_000;

/** The functions and constants that every template can use, as in transformers. */
export function templateGlobals(name: string, now: () => Date): Record<string, unknown> {
  return {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range: (...bounds: number[]) => {
      const [start, stop, step = 1] = bounds.length > 1 ? bounds : [0, ...bounds];
      const length = Math.max(0, Math.ceil((stop! - start!) / step));
      if (!bounds.every(Number.isSafeInteger) || !(length <= LONGEST_RANGE))
        throw templateError(
          name,
          `range needs integers and gives up to ${LONGEST_RANGE} numbers, got ${bounds.join(', ')}`,
        );
      return Array.from({ length }, (_, index) => start! + index * step);
    },
    strftime_now: (format: unknown) => strftime(now(), String(format)),
    raise_exception: (reason: unknown) => {
      throw templateError(name, `the template rejects this conversation: ${reason}`);
    },
  };
}
