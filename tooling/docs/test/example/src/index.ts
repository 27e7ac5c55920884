/** Options of {@link documented}. */
export interface Options {
  /** Has a docstring. */
  readonly told: number;
  readonly bare: number;
}

/** Returns its option; see {@link missing}. */
export function documented({ told }: Options): number {
  return told;
}

export function undocumented(): void {}
