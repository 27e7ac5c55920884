/** Marks the point until which the native side reads these; an optimizing compiler may drop unused variables. */
export function keepAlive(...values: unknown[]): void {
  if (values.length === 0) throw new TypeError('nothing to keep alive');
}
