import { InvalidArgumentError } from '@llamella/spec';

/** Whether `value` is in [least, most]. */
export function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** @throws {InvalidArgumentError} when `value` is not an integer in [least, most] */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && isWithin(value, least, most)))
    throw new InvalidArgumentError(name, `must be an integer in [${least}, ${most}], got ${value}`);
}
