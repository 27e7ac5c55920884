import { InvalidArgumentError } from '@llamella/spec';

/** @throws {InvalidArgumentError} when `array` has another length than `wanted`; `reason` says why, after a space */
export function checkLength(name: string, array: ArrayLike<unknown>, wanted: number, reason = ''): void {
  if (array.length !== wanted)
    throw new InvalidArgumentError(name, `must have ${wanted} entries${reason}, got ${array.length}`);
}
