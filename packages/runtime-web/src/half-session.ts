import { type ForwardRequest, type GraphInterface, LlamellaError } from '@llamella/spec';
import type { Session } from './session.ts';

/** Tokens of the run that shows whether a model's numbers fit into float16. The first has the largest, as a rule. */
const TRIED_TOKENS = 16;

/** A session in float16, whose logits are checked: numbers that float16 cannot hold end in logits that are not finite. */
export class HalfSession implements Session {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @throws {LlamellaError} `overflow` when a logit is not finite */
  async run(request: ForwardRequest): Promise<Float32Array<ArrayBuffer>> {
    const values = await this.#session.run(request);
    const { logits, position } = request;
    // Ids follow the logits of `top`.
    const count = typeof logits === 'object' ? logits.top : values.length;
    for (let at = 0; at < count; at++) {
      const value = values[at]!;
      if (value - value === 0) continue;
      throw new LlamellaError(
        'overflow',
        `a logit is ${value} in the run from position ${position}: numbers of this model are too large for float16; ` +
          'build the graph with a profile in float32',
      );
    }
    return values;
  }

  grow(capacity: number, lengths: readonly number[]): void {
    this.#session.grow(capacity, lengths);
  }

  /**
   * Runs the first tokens of the vocabulary; what that leaves in the cache is overwritten by whatever runs next.
   *
   * @param capacity positions of the cache
   * @throws {LlamellaError} `overflow` as `run`
   */
  async tryOut({ vocabularySize }: GraphInterface, capacity: number): Promise<void> {
    const tokens = Uint32Array.from(
      { length: Math.min(TRIED_TOKENS, capacity, vocabularySize) },
      (_, id) => id,
    );
    await this.run({ slot: 0, position: 0, tokens, logits: 'all' });
  }
}
