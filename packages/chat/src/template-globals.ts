import { strftime } from './strftime.ts';
import { templateError } from './template-error.ts';

/** Most numbers that `range` may return; Jinja's own sandbox has the same limit. */
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
    range: (...bounds: unknown[]) => range(name, bounds),
    strftime_now: (format: unknown) => strftime(now(), String(format)),
    raise_exception: (reason: unknown) => {
      throw templateError(name, `the template rejects this conversation: ${reason}`);
    },
  };
}

function range(name: string, bounds: unknown[]): number[] {
  if (bounds.length < 1 || bounds.length > 3 || !bounds.every(Number.isSafeInteger))
    throw templateError(name, `range takes one to three integers, got ${bounds.map(String).join(', ')}`);
  const [first, second, step = 1] = bounds as [number, number?, number?];
  const start = second === undefined ? 0 : first;
  const stop = second ?? first;
  if (step === 0) throw templateError(name, 'the step of range is 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > LONGEST_RANGE)
    throw templateError(name, `range would return ${length} numbers, more than ${LONGEST_RANGE}`);
  return Array.from({ length }, (_, index) => start + index * step);
}
