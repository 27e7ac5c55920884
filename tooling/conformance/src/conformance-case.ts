import { describe, it } from 'vitest';

/** One requirement of an interface. `run` throws when the implementation does not meet it. */
export interface ConformanceCase {
  readonly name: string;
  run(): void | Promise<void>;
}

/** A known gap of one implementation: the case's name, and why it is left out. */
export interface SkippedCase {
  readonly name: string;
  readonly reason: string;
}

/** Registers cases with vitest. @throws when `skip` names a case that does not exist */
export function registerCases(
  title: string,
  cases: readonly ConformanceCase[],
  skip: readonly SkippedCase[] = [],
): void {
  for (const { name } of skip) {
    if (!cases.some((each) => each.name === name)) throw new Error(`${title}: no case is called "${name}"`);
  }
  describe(`${title} conformance`, () => {
    for (const { name, run } of cases) {
      const skipped = skip.find((each) => each.name === name);
      if (skipped) it.skip(`${name} (${skipped.reason})`, () => {});
      else it(name, async () => void (await run()));
    }
  });
}
