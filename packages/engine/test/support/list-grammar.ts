import { InvalidArgumentError, type TokenConstraint, type TokenGrammar } from '@llamella/spec';

/** A grammar over bytes: one set of letters per position, and nothing after the last. It counts what is not disposed. */
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
    let at = 0;
    const allowedAt = (place: number): number[] =>
      place < steps.length ? [...new TextEncoder().encode(steps[place])] : [257];
    this.open++;
    return {
      vocabularySize: this.vocabularySize,
      get finished() {
        return ends && at === steps.length;
      },
      fillMask(mask) {
        if (mask.length !== 9) throw new InvalidArgumentError('mask', `has ${mask.length} entries`);
        if (steps[at] === '*') return false;
        mask.fill(0);
        for (const id of allowedAt(at)) mask[id >> 5]! |= 1 << (id % 32);
        return true;
      },
      accept(token) {
        const isAny = steps[at] === '*' && token < 256;
        if (!isAny && !allowedAt(at).includes(token))
          throw new InvalidArgumentError('token', `${token} is not allowed at ${at}`);
        at++;
      },
      rollback(count) {
        at -= count;
      },
      forcedTokens(limit = Number.POSITIVE_INFINITY) {
        const forced: number[] = [];
        for (let place = at; forced.length < limit; place++) {
          const allowed = steps[place] === '*' || place > steps.length ? [] : allowedAt(place);
          if (allowed.length !== 1) break;
          forced.push(allowed[0]!);
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
