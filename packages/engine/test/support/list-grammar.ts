import { InvalidArgumentError, type TokenConstraint, type TokenGrammar } from '@llamella/spec';

/**
 * A grammar over bytes: one set of letters per position, and nothing after the last. A set that begins with `~` may
 * be used any number of times. It counts what is not disposed.
 */
export class ListGrammar implements TokenGrammar {
  readonly vocabularySize = 258;
  readonly #steps: readonly string[];
  readonly #ends: boolean;
  open = 0;

  /** @param ends whether the text is complete after the last step; otherwise an end token has to follow */
  constructor(steps: readonly string[], ends = true) {
    this.#steps = steps;
    this.#ends = ends;
  }

  createConstraint(): TokenConstraint {
    const steps = this.#steps;
    const ends = this.#ends;
    const isRepeated = (place: number): boolean => steps[place]?.startsWith('~') ?? false;
    /** Where each byte or the end token leads from a place. */
    const targets = (place: number): Map<number, number> => {
      if (place === steps.length) return new Map([[257, place + 1]]);
      const result = new Map<number, number>(isRepeated(place) ? targets(place + 1) : []);
      const letters = new TextEncoder().encode((steps[place] ?? '').replace(/^~/, ''));
      for (const id of letters) result.set(id, isRepeated(place) ? place : place + 1);
      return result;
    };
    const lengthAt = (place: number): number =>
      steps.slice(place).filter((_, at) => !isRepeated(place + at)).length;
    const path = [0];
    const here = (): number => path.at(-1)!;
    this.open++;
    return {
      vocabularySize: this.vocabularySize,
      get finished() {
        return ends && here() === steps.length;
      },
      get completionLength() {
        return lengthAt(here());
      },
      fillMask(mask, limit = Number.POSITIVE_INFINITY) {
        if (mask.length !== 9) throw new InvalidArgumentError('mask', `has ${mask.length} entries`);
        if (steps[here()] === '*') return false;
        mask.fill(0);
        for (const [id, target] of targets(here()))
          if (lengthAt(target) < Math.max(limit, lengthAt(here())) || id === 257)
            mask[id >> 5]! |= 1 << (id % 32);
        return true;
      },
      accept(token) {
        const target = steps[here()] === '*' && token < 256 ? here() + 1 : targets(here()).get(token);
        if (target === undefined)
          throw new InvalidArgumentError('token', `${token} is not allowed at ${here()}`);
        path.push(target);
      },
      rollback(count) {
        path.length -= count;
      },
      forcedTokens(limit = Number.POSITIVE_INFINITY) {
        const forced: number[] = [];
        for (let place = here(); forced.length < limit && steps[place] !== '*'; ) {
          const allowed = [...targets(place)];
          if (allowed.length !== 1) break;
          forced.push(allowed[0]![0]);
          place = allowed[0]![1];
        }
        return Uint32Array.from(forced);
      },
      [Symbol.dispose]: () => {
        this.open--;
      },
    };
  }

  [Symbol.dispose](): void {}
}
