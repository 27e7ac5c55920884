import type { SpecialTokenIds } from '@llamella/spec';

/** Leaves out the roles that a vocabulary does not have. */
export function specialTokenIds(
  ids: Readonly<Record<keyof SpecialTokenIds, number | undefined>>,
): SpecialTokenIds {
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined));
}
